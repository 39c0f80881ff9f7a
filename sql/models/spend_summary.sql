-- spend_summary: the summary with what the spend model sees of each customer: how many
-- purchases, what they add up to, and the sum of the logarithms of their values (of
-- minor units). They are the purchases of positive value, the first divided by
-- first_divisor, but for old customers, whose first that is known is a later one; or,
-- where the first does not count, the repeat purchases, of whose single values nothing
-- is asked.
--
-- grain: one row per customer_id
-- reads: summary, spend_terms
select
    summary.*,
    case when spend_terms.first_counts = 1 then summary.positive_purchases else summary.repeat_purchases end
        as spend_purchases,
    summary.repeat_revenue_minor + case
        when not (spend_terms.first_counts = 1 and summary.first_purchase_minor > 0) then 0
        when summary.is_old then summary.first_purchase_minor
        -- a first purchase of a minor unit is one still
        else greatest(1, fixed_point(summary.first_purchase_minor / spend_terms.first_divisor, 1))
    end as spend_minor,
    case
        when spend_terms.first_counts = 1 and summary.first_purchase_minor > 0 and not summary.is_old
            then summary.purchase_log_millionths - fixed_point(ln(spend_terms.first_divisor), 1000000)
        else summary.purchase_log_millionths
    end as spend_log_millionths
from summary
cross join spend_terms
