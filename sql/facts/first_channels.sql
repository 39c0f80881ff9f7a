-- first_channels: how each customer was acquired: the channel of the first
-- row of 0 or more on the first purchase day, ties by order_id, then channel. The
-- days that were known for the first ones on earlier looks have theirs too.
--
-- grain: one row per (customer_id, first_purchase_date) with a channel on that day
-- reads: orders, first_purchases, earlier_first_purchases
with

first_days as (
    select
        customer_id,
        first_purchase_date
    from first_purchases
    union all
    select
        customer_id,
        first_purchase_date
    from earlier_first_purchases
),

first_day_rows as (
    select
        orders.customer_id,
        orders.order_day,
        content_key(orders.ordered_at, orders.order_id, orders.channel) as channel_key
    from orders
    inner join first_days
        on orders.customer_id = first_days.customer_id
        and orders.order_day = first_days.first_purchase_date
    where orders.reason = 'used'
        and orders.amount_minor >= 0
        and orders.channel <> ''
),

first_keys as (
    select
        customer_id,
        order_day,
        min(channel_key) as first_key
    from first_day_rows
    group by customer_id, order_day
),

final as (
    select
        customer_id,
        order_day as first_purchase_date,
        first_key.content as first_channel
    from first_keys
)

select * from final
