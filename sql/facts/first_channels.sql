-- first_channels: how each customer was acquired: the channel of the first
-- row of 0 or more on the first purchase day, ties by order_id, then channel, as known
-- on as_of and on the looks of earlier days. An order of which nothing is left gives
-- none.
--
-- grain: one row per (look_day, customer_id) with a channel on that day
-- reads: orders, undone_orders, first_purchases, earlier_first_purchases, params
with

first_days as (
    select
        params.as_of as look_day,
        first_purchases.customer_id,
        first_purchases.first_purchase_date
    from first_purchases
    cross join params
    union all
    select
        look_day,
        customer_id,
        first_purchase_date
    from earlier_first_purchases
),

first_day_rows as (
    select
        first_days.look_day,
        orders.customer_id,
        content_key(orders.ordered_at, orders.order_id, orders.channel) as channel_key
    from orders
    inner join first_days
        on orders.customer_id = first_days.customer_id
        and orders.order_day = first_days.first_purchase_date
    left join undone_orders
        on first_days.look_day = undone_orders.look_day
        and orders.customer_id = undone_orders.customer_id
        and orders.order_id = undone_orders.order_id
        and orders.order_day = undone_orders.order_day
    where orders.reason = 'used'
        and orders.amount_minor >= 0
        and orders.channel <> ''
        and undone_orders.customer_id is null
),

first_keys as (
    select
        look_day,
        customer_id,
        min(channel_key) as first_key
    from first_day_rows
    group by look_day, customer_id
),

final as (
    select
        look_day,
        customer_id,
        first_key.content as first_channel
    from first_keys
)

select * from final
