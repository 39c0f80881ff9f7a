-- summary: the facts of every customer with a purchase, and the history by
-- which the models see them: x = repeat_purchases, t_x =
-- age_at_last_purchase_days, T = customer_age_days. Who is old was first seen where files
-- that start in the middle of the shop's life begin: fitted, and in no figure of new
-- customers. The bucket of the id says which samples a customer is in.
--
-- grain: one row per customer_id
-- reads: customer_totals, first_channels, newcomer_span, params
select
    customer_totals.customer_id,
    id_bucket(customer_totals.customer_id, params.id_buckets) as bucket,
    coalesce(first_channels.first_channel, '') as first_channel, -- see orders on stored texts
    customer_totals.first_purchase_date >= params.fit_from as is_fitted,
    customer_totals.first_purchase_date >= params.fit_from
        and customer_totals.first_purchase_date < newcomer_span.new_from as is_old,
    customer_totals.first_purchase_date >= newcomer_span.trailing_from as is_trailing,
    customer_totals.first_purchase_date,
    customer_totals.last_purchase_date,
    day_difference(customer_totals.first_purchase_date, customer_totals.second_purchase_date)
        as days_to_second_purchase,
    customer_totals.purchases,
    customer_totals.positive_purchases,
    customer_totals.purchases - 1 as repeat_purchases,
    day_difference(customer_totals.first_purchase_date, customer_totals.last_purchase_date)
        as age_at_last_purchase_days,
    day_difference(customer_totals.first_purchase_date, params.as_of) as customer_age_days,
    day_difference(customer_totals.last_purchase_date, params.as_of) as days_since_last_purchase,
    customer_totals.gross_minor,
    customer_totals.revenue_minor - customer_totals.gross_minor as returns_minor,
    customer_totals.revenue_minor,
    case
        when params.margin_rate is not null then fixed_point(params.margin_rate * customer_totals.revenue_minor, 1)
        when params.has_margin then customer_totals.margin_minor
    end as margin_minor,
    customer_totals.purchase_revenue_minor,
    customer_totals.purchase_margin_minor,
    customer_totals.purchase_log_millionths,
    customer_totals.first_purchase_minor,
    -- the margin of the first purchase day, which no average share gives: first
    -- orders are often sold at another one
    counted_money(
        customer_totals.first_purchase_margin_minor,
        customer_totals.first_purchase_minor,
        params.margin_rate,
        params.has_margin
    ) as first_order_money_minor,
    customer_totals.purchase_revenue_minor - customer_totals.first_purchase_minor as repeat_revenue_minor,
    customer_totals.purchase_margin_minor - customer_totals.first_purchase_margin_minor as repeat_margin_minor,
    -- what did not make a purchase was returned of none
    customer_totals.revenue_minor - customer_totals.purchase_revenue_minor as later_returns_minor,
    customer_totals.revenue_12m_minor
from customer_totals
cross join params
cross join newcomer_span
left join first_channels
    on customer_totals.customer_id = first_channels.customer_id
    and first_channels.look_day = params.as_of
where customer_totals.first_purchase_date is not null
