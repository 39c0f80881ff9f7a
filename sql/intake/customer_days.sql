-- customer_days: what each customer did on each day, as known on as_of, by the rows that
-- are used. What moved on the day is net_minor. What the day is worth as a purchase is
-- purchase_minor: with returns by order what is left of its orders, none of which lowers
-- another; else what moved. A day is a purchase when that is positive (or zero, where
-- the configuration says so and an order without a return stands on it).
--
-- It is the widest grouping of a run: what a sum over few rows gives as well, as that of
-- returns, is left out.
--
-- grain: one row per (customer_id, order_day) with a used row
-- reads: orders, order_returns, params
with

days as (
    select
        customer_id,
        order_day,
        count(*) as order_rows,
        cast(sum(amount_minor) as bigint) as net_minor,
        coalesce(cast(sum(margin_minor) as bigint), 0) as margin_minor
    from orders
    where reason = 'used'
    group by customer_id, order_day
),

purchases as (
    select
        days.customer_id,
        days.order_day,
        days.order_rows,
        days.net_minor,
        days.margin_minor,
        days.net_minor + coalesce(order_returns.purchase_change_minor, 0) as purchase_minor,
        days.margin_minor + coalesce(order_returns.margin_change_minor, 0) as purchase_margin_minor,
        coalesce(order_returns.returned_rows, 0) as returned_rows
    from days
    left join order_returns
        on days.customer_id = order_returns.customer_id
        and days.order_day = order_returns.order_day
),

final as (
    select
        purchases.customer_id,
        purchases.order_day,
        purchases.order_rows,
        purchases.net_minor,
        purchases.margin_minor,
        purchases.purchase_minor,
        purchases.purchase_margin_minor,
        counts_as_purchase(
            purchases.purchase_minor, purchases.order_rows - purchases.returned_rows, params.zero_is_purchase
        ) as is_purchase
    from purchases
    cross join params
)

select * from final
