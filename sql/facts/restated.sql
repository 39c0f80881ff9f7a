-- restated: the customers of whom the files no longer say of the days up to the run before
-- what that run read: rows that came late, were changed or are gone. What the files now
-- know of them on that day, null where it is no purchase. A return undoes its order from
-- the day on which it is booked, and restates nothing.
--
-- grain: one row per customer_id, none without a run before
-- reads: before, predecessor, customer_days, look_days, params
with

days as (
    select
        customer_days.customer_id,
        customer_days.order_day,
        customer_days.net_minor,
        coalesce(look_days.is_purchase, customer_days.is_purchase) as is_purchase
    from customer_days
    inner join predecessor
        on customer_days.order_day <= predecessor.before_day
    left join look_days
        on customer_days.customer_id = look_days.customer_id
        and customer_days.order_day = look_days.order_day
        and predecessor.before_day = look_days.look_day
),

known as (
    select
        customer_id,
        min(case when is_purchase then order_day end) as first_purchase_date,
        max(case when is_purchase then order_day end) as last_purchase_date,
        cast(sum(case when is_purchase then 1 else 0 end) as bigint) as purchases,
        cast(sum(net_minor) as bigint) as revenue_minor
    from days
    group by customer_id
),

customers_then as (
    select
        customer_id,
        first_purchase_date,
        last_purchase_date,
        purchases,
        revenue_minor
    from known
    where purchases > 0
),

compared as (
    select
        coalesce(before.customer_id, customers_then.customer_id) as customer_id,
        customers_then.first_purchase_date,
        customers_then.last_purchase_date,
        customers_then.purchases,
        money(customers_then.revenue_minor, params.minor_per_unit) as revenue,
        params.as_of,
        coalesce(
            before.first_purchase_date = customers_then.first_purchase_date
            and before.last_purchase_date = customers_then.last_purchase_date
            and before.purchases = customers_then.purchases
            and to_minor(before.revenue, params.minor_per_unit) = customers_then.revenue_minor,
            false
        ) as is_equal
    from before
    full outer join customers_then
        on before.customer_id = customers_then.customer_id
    cross join params
),

final as (
    select
        as_of,
        customer_id,
        first_purchase_date,
        last_purchase_date,
        purchases,
        revenue
    from compared
    where not is_equal
)

select * from final
