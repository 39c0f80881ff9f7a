-- returned_orders: the orders with a return and rows on two days or more, day by
-- day: all others are worth on each day what moved on it. Empty where a return is
-- netted within its customer-day. A blank order id, as exports write a missing
-- one, is none.
--
-- grain: one row per (customer_id, order_id, order_day)
-- reads: orders, params
with

returned as (
    select
        orders.customer_id,
        orders.order_id
    from orders
    cross join params
    where params.nets_by_order
        and orders.reason = 'used'
        and orders.amount_minor < 0
        and not is_blank(orders.order_id)
    group by orders.customer_id, orders.order_id
),

days as (
    select
        orders.customer_id,
        orders.order_id,
        orders.order_day,
        count(*) as order_rows,
        cast(sum(orders.amount_minor) as bigint) as net_minor,
        coalesce(cast(sum(orders.margin_minor) as bigint), 0) as margin_minor
    from orders
    inner join returned
        on orders.customer_id = returned.customer_id
        and orders.order_id = returned.order_id
    where orders.reason = 'used'
    group by orders.customer_id, orders.order_id, orders.order_day
),

spread as (
    select
        customer_id,
        order_id
    from days
    group by customer_id, order_id
    having count(*) > 1
),

final as (
    select
        days.customer_id,
        days.order_id,
        days.order_day,
        days.order_rows,
        days.net_minor,
        days.margin_minor
    from days
    inner join spread
        on days.customer_id = spread.customer_id
        and days.order_id = spread.order_id
)

select * from final
