-- repeat_scopes: how long customers took to purchase again, or have been seen
-- without it (null), each of them counted in all, in a cohort, and in a channel where
-- channels are known.
--
-- grain: one row per (scope, cohort_month, channel, is_new, customer_age_days, days_to_second_purchase)
-- reads: second_purchases, params
with

scoped as (
    select
        'all' as scope,
        cast(null as date) as cohort_month,
        cast(null as string) as channel,
        is_new,
        customer_age_days,
        days_to_second_purchase,
        customers
    from second_purchases
    union all
    select
        'cohort' as scope,
        cohort_month,
        cast(null as string) as channel,
        is_new,
        customer_age_days,
        days_to_second_purchase,
        customers
    from second_purchases
    union all
    select
        'channel' as scope,
        cast(null as date) as cohort_month,
        nullif(second_purchases.first_channel, '') as channel,
        second_purchases.is_new,
        second_purchases.customer_age_days,
        second_purchases.days_to_second_purchase,
        second_purchases.customers
    from second_purchases
    cross join params
    where params.has_channel
),

final as (
    select
        scope,
        cohort_month,
        channel,
        is_new,
        customer_age_days,
        days_to_second_purchase,
        cast(sum(customers) as bigint) as customers
    from scoped
    group by scope, cohort_month, channel, is_new, customer_age_days, days_to_second_purchase
)

select * from final
