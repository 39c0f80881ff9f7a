-- spend_histories: the distinct (number, sum) of repeat purchases, and how many
-- customers share each: all that the spend model sees. The first purchase is
-- left out, as the model wants it.
--
-- grain: one row per (fit_group, repeat_purchases, repeat_revenue_minor)
-- reads: grouped_customers, spend_sample
with

bucketed as (
    select
        grouped_customers.fit_group,
        grouped_customers.repeat_purchases,
        grouped_customers.repeat_revenue_minor,
        case when spend_sample.buckets < 10000 then id_bucket(grouped_customers.customer_id) else 0 end as bucket,
        spend_sample.buckets
    from grouped_customers
    cross join spend_sample
    where grouped_customers.is_fitted
        and grouped_customers.repeat_revenue_minor > 0
),

final as (
    select
        fit_group,
        repeat_purchases,
        repeat_revenue_minor,
        count(*) as customers
    from bucketed
    where bucket < buckets
    group by fit_group, repeat_purchases, repeat_revenue_minor
)

select * from final
