-- first_channels: how each customer was acquired: the channel of the first
-- positive row of the first purchase day, ties by order_id, then channel.
--
-- grain: one row per customer_id with a channel on that day
-- reads: orders, first_purchases
with

first_day_rows as (
    select
        orders.customer_id,
        orders.ordered_at,
        coalesce(orders.order_id, '') as order_id,
        orders.channel
    from orders
    inner join first_purchases
        on orders.customer_id = first_purchases.customer_id
        and orders.order_day = first_purchases.first_purchase_date
    where orders.reason is null
        and orders.amount_minor >= 0
        and orders.channel is not null
),

first_times as (
    select
        customer_id,
        min(ordered_at) as ordered_at
    from first_day_rows
    group by customer_id
),

first_orders as (
    select
        first_day_rows.customer_id,
        first_day_rows.ordered_at,
        min(first_day_rows.order_id) as order_id
    from first_day_rows
    inner join first_times
        on first_day_rows.customer_id = first_times.customer_id
        and first_day_rows.ordered_at = first_times.ordered_at
    group by first_day_rows.customer_id, first_day_rows.ordered_at
),

final as (
    select
        first_day_rows.customer_id,
        min(first_day_rows.channel) as first_channel
    from first_day_rows
    inner join first_orders
        on first_day_rows.customer_id = first_orders.customer_id
        and first_day_rows.ordered_at = first_orders.ordered_at
        and first_day_rows.order_id = first_orders.order_id
    group by first_day_rows.customer_id
)

select * from final
