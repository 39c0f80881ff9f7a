-- returns_only_activity: what moved of the customers without a purchase in each
-- calendar month: the line that no cohort holds.
--
-- grain: one row per month
-- reads: customer_days
with

customer_months as (
    select
        customer_id,
        month_of(order_day) as month,
        cast(sum(net_minor) as bigint) as revenue_minor
    from customer_days
    where first_purchase_date is null
    group by customer_id, month_of(order_day)
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
