-- first_channels: how each customer was acquired: the channel of the first
-- row of 0 or more on the first purchase day, ties by order_id, then channel, as known
-- on as_of and on the looks of earlier days: of an order whose versions differ, by the
-- rows of the one that was known. An order of which nothing is left gives none.
--
-- grain: one row per (look_day, customer_id) with a channel on that day
-- reads: orders, version_rows, order_versions, undone_orders, first_purchases, earlier_first_purchases, params
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

later_versions as (
    select
        customer_id,
        order_id,
        order_day,
        known_from
    from order_versions
    where known_until is null
),

first_day_rows as (
    select
        first_days.look_day,
        orders.customer_id,
        orders.ordered_at,
        orders.order_id,
        orders.channel
    from orders
    inner join first_days
        on orders.customer_id = first_days.customer_id
        and orders.order_day = first_days.first_purchase_date
    left join undone_orders
        on first_days.look_day = undone_orders.look_day
        and orders.customer_id = undone_orders.customer_id
        and orders.order_id = undone_orders.order_id
        and orders.order_day = undone_orders.order_day
    left join later_versions
        on orders.customer_id = later_versions.customer_id
        and orders.order_id = later_versions.order_id
        and orders.order_day = later_versions.order_day
        and first_days.look_day < later_versions.known_from
    where orders.reason = 'used'
        and orders.amount_minor >= 0
        and orders.channel <> ''
        and undone_orders.customer_id is null
        and later_versions.customer_id is null
    union all
    select
        first_days.look_day,
        version_rows.customer_id,
        version_rows.ordered_at,
        version_rows.order_id,
        version_rows.channel
    from version_rows
    inner join order_versions
        on version_rows.customer_id = order_versions.customer_id
        and version_rows.order_id = order_versions.order_id
        and version_rows.order_day = order_versions.order_day
        and version_rows.version_rank = order_versions.version_rank
    inner join first_days
        on version_rows.customer_id = first_days.customer_id
        and version_rows.order_day = first_days.first_purchase_date
        and version_rows.known_until > first_days.look_day
        and (version_rows.known_from is null or version_rows.known_from <= first_days.look_day)
    left join undone_orders
        on first_days.look_day = undone_orders.look_day
        and version_rows.customer_id = undone_orders.customer_id
        and version_rows.order_id = undone_orders.order_id
        and version_rows.order_day = undone_orders.order_day
    where version_rows.is_usable
        and version_rows.amount_minor >= 0
        and version_rows.channel <> ''
        and undone_orders.customer_id is null
),

-- nearly everybody has one channel on that day; only of the others is it asked which
-- row was first
day_channels as (
    select
        look_day,
        customer_id,
        min(channel) as channel,
        max(channel) as last_channel
    from first_day_rows
    group by look_day, customer_id
),

first_keys as (
    select
        first_day_rows.look_day,
        first_day_rows.customer_id,
        min(content_key(first_day_rows.ordered_at, first_day_rows.order_id, first_day_rows.channel)) as first_key
    from first_day_rows
    inner join day_channels
        on first_day_rows.look_day = day_channels.look_day
        and first_day_rows.customer_id = day_channels.customer_id
    where day_channels.channel <> day_channels.last_channel
    group by first_day_rows.look_day, first_day_rows.customer_id
),

final as (
    select
        day_channels.look_day,
        day_channels.customer_id,
        coalesce(first_keys.first_key.content, day_channels.channel) as first_channel
    from day_channels
    left join first_keys
        on day_channels.look_day = first_keys.look_day
        and day_channels.customer_id = first_keys.customer_id
)

select * from final
