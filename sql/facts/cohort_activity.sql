-- cohort_activity: what the customers of each first-purchase month and channel
-- did in each calendar month. Every used customer-day counts, so that returns on
-- days of their own lower revenue and margin. What moved before the first purchase
-- (returns of goods bought before the files begin, orders that came back in full)
-- stands in its own month, ahead of the cohort's. A customer is active once a month, with
-- the first purchase in it.
--
-- grain: one row per (cohort_month, first_channel, month)
-- reads: customer_days, summary
with

days as (
    select
        cast(date_trunc('month', summary.first_purchase_date) as date) as cohort_month,
        summary.first_channel,
        cast(date_trunc('month', customer_days.order_day) as date) as month,
        cast(date_trunc('month', customer_days.purchase_before) as date) as month_before,
        customer_days.is_purchase,
        customer_days.net_minor,
        customer_days.margin_minor
    from customer_days
    inner join summary
        on customer_days.customer_id = summary.customer_id
),

final as (
    select
        cohort_month,
        first_channel,
        month,
        cast(sum(case when is_purchase and (month_before is null or month_before < month) then 1 else 0 end) as bigint)
            as active_customers,
        cast(sum(case when is_purchase then 1 else 0 end) as bigint) as purchases,
        cast(sum(net_minor) as bigint) as revenue_minor,
        cast(sum(margin_minor) as bigint) as margin_minor
    from days
    group by cohort_month, first_channel, month
)

select * from final
