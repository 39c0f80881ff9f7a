-- returns_only_activity: what moved of the customers without a purchase in each
-- calendar month: the line that no cohort holds.
--
-- grain: one row per month
-- reads: customer_days
with

customer_months as (
    select
        customer_id,
        cast(date_trunc('month', order_day) as date) as month,
        cast(sum(net_minor) as bigint) as revenue_minor
    from customer_days
    where first_purchase_date is null
    group by customer_id, cast(date_trunc('month', order_day) as date)
),

final as (
    select
        month,
        count(*) as customers,
        cast(sum(revenue_minor) as bigint) as revenue_minor
    from customer_months
    group by month
)

select * from final
