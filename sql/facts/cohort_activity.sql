-- cohort_activity: what the customers of each first-purchase month and channel
-- did in each calendar month. Every used customer-day counts, so that returns on
-- days of their own lower revenue and margin. What moved before the first purchase
-- (returns of goods bought before the files begin, orders that came back in full)
-- stands in its own month, ahead of the cohort's.
--
-- grain: one row per (cohort_month, first_channel, month)
-- reads: customer_days, summary
with

customer_months as (
    select
        customer_id,
        cast(date_trunc('month', order_day) as date) as month,
        cast(sum(case when is_purchase then 1 else 0 end) as bigint) as purchases,
        cast(sum(net_minor) as bigint) as revenue_minor,
        cast(sum(margin_minor) as bigint) as margin_minor
    from customer_days
    group by customer_id, cast(date_trunc('month', order_day) as date)
),

final as (
    select
        cast(date_trunc('month', summary.first_purchase_date) as date) as cohort_month,
        summary.first_channel,
        customer_months.month,
        cast(sum(case when customer_months.purchases > 0 then 1 else 0 end) as bigint) as active_customers,
        cast(sum(customer_months.purchases) as bigint) as purchases,
        cast(sum(customer_months.revenue_minor) as bigint) as revenue_minor,
        cast(sum(customer_months.margin_minor) as bigint) as margin_minor
    from customer_months
    inner join summary
        on customer_months.customer_id = summary.customer_id
    group by
        cast(date_trunc('month', summary.first_purchase_date) as date),
        summary.first_channel,
        customer_months.month
)

select * from final
