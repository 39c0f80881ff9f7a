-- stray_returns: the negative rows of orders of which their customer bought nothing, and
-- another customer did: refunds that are booked under another id, as a guest's. They
-- belong to no purchase.
--
-- grain: one row
-- reads: order_parts
with

parts as (
    select
        customer_id,
        order_id,
        cast(sum(negative_rows) as bigint) as negative_rows,
        max(positive_rows) as positive_rows,
        cast(sum(net_minor) as bigint) as net_minor
    from order_parts
    group by customer_id, order_id
),

bought as (
    select order_id
    from parts
    where positive_rows > 0
    group by order_id
),

final as (
    select
        coalesce(cast(sum(parts.negative_rows) as bigint), 0) as order_rows,
        coalesce(cast(sum(parts.net_minor) as bigint), 0) as net_minor
    from parts
    inner join bought
        on parts.order_id = bought.order_id
    where parts.positive_rows = 0
)

select * from final
