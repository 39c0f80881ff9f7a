-- second_purchases: how long customers took to purchase again, or have been
-- seen without it (null), by day and channel of acquisition; and what their first day
-- brought, as summary has it. Those who are not fitted, or old, may have
-- purchased before the files begin: their second purchase is not known for one.
--
-- grain: one row per (first_purchase_date, first_channel, days_to_second_purchase)
-- reads: summary
with

counts as (
    select
        first_purchase_date,
        first_channel,
        is_fitted and not is_old as is_new,
        customer_age_days,
        days_to_second_purchase,
        count(*) as customers,
        cast(sum(first_order_money_minor) as bigint) as first_order_money_minor
    from summary
    group by first_purchase_date, first_channel, is_fitted and not is_old, customer_age_days, days_to_second_purchase
),

final as (
    select
        first_purchase_date,
        cast(date_trunc('month', first_purchase_date) as date) as cohort_month,
        first_channel,
        is_new,
        customer_age_days,
        days_to_second_purchase,
        customers,
        first_order_money_minor
    from counts
)

select * from final
