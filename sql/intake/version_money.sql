-- version_money: by how much what moved on each customer-day differs from what the
-- versions that stand now say, which stand on the days of their orders: until a newer
-- version was known, the money of the older one had moved, and the difference moves on
-- the day from which the newer one is known. Over all days it adds up to nothing.
--
-- grain: one row per (customer_id, moved_on)
-- reads: order_versions
with

moves as (
    select
        customer_id,
        greatest(order_day, known_from) as moved_on, -- the first version's from the day of its order on
        net_minor,
        margin_minor
    from order_versions
    union all
    -- it is taken back when the next is known; what stands now is in the days already
    select
        customer_id,
        greatest(order_day, known_until) as moved_on,
        -net_minor as net_minor,
        -margin_minor as margin_minor
    from order_versions
),

sums as (
    select
        customer_id,
        moved_on,
        cast(sum(net_minor) as bigint) as net_minor,
        cast(sum(margin_minor) as bigint) as margin_minor
    from moves
    group by customer_id, moved_on
),

final as (
    select
        customer_id,
        moved_on,
        net_minor,
        margin_minor
    from sums
    where net_minor <> 0
        or margin_minor <> 0
)

select * from final
