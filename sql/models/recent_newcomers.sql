-- recent_newcomers: what the purchases of positive value of the customers acquired since
-- recent_from add up to, and how many customers share each: those of the id buckets that
-- are read of that day. Of them the spend model of the day knew nothing.
--
-- grain: one row per (positive_purchases, purchase_minor)
-- reads: summary, past_sample, params
with

bucketed as (
    select
        summary.positive_purchases,
        summary.first_purchase_minor + summary.repeat_revenue_minor as purchase_minor,
        case when past_sample.buckets < params.id_buckets then id_bucket(summary.customer_id, params.id_buckets) else 0 end as bucket,
        past_sample.buckets
    from summary
    cross join params
    inner join past_sample
        on params.recent_from = past_sample.past_day
    where summary.is_fitted
        and summary.first_purchase_date > params.recent_from
        and summary.positive_purchases > 0
),

final as (
    select
        positive_purchases,
        purchase_minor,
        count(*) as customers
    from bucketed
    where bucket < buckets
    group by positive_purchases, purchase_minor
)

select * from final
