-- first_channels: how each customer was acquired: the channel of the first
-- row of 0 or more on the first purchase day, ties by order_id, then channel.
--
-- grain: one row per customer_id with a channel on that day
-- reads: orders, first_purchases
with

first_day_rows as (
    select
        orders.customer_id,
        content_key(orders.ordered_at, orders.order_id, orders.channel) as channel_key
    from orders
    inner join first_purchases
        on orders.customer_id = first_purchases.customer_id
        and orders.order_day = first_purchases.first_purchase_date
    where orders.reason = 'used'
        and orders.amount_minor >= 0
        and orders.channel <> ''
),

first_keys as (
    select
        customer_id,
        min(channel_key) as first_key
    from first_day_rows
    group by customer_id
),

final as (
    select
        customer_id,
        first_key.content as first_channel
    from first_keys
)

select * from final
