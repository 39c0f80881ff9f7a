-- order_versions: the orders whose versions differ in customers, days, rows or money,
-- and what each version has on each customer-day of any of them, zeros where it has
-- nothing: so a version that moves or cancels its order takes from the day what another
-- had there. A version is known from known_from on (null: from the day of the order on)
-- to the day before known_until (null: it stands now). Where a return is netted within
-- its customer-day, it is no return of its order.
--
-- grain: one row per (customer_id, order_id, order_day, version_rank)
-- reads: version_rows, orders, params
with

standing as (
    select
        order_id,
        max(known_until) as known_from
    from version_rows
    group by order_id
),

-- the version that stands now is of rank 0, also where nothing of it is used
spans as (
    select
        order_id,
        version_rank,
        known_from,
        known_until
    from version_rows
    group by order_id, version_rank, known_from, known_until
    union all
    select
        order_id,
        0 as version_rank,
        known_from,
        cast(null as date) as known_until
    from standing
),

usable as (
    select
        customer_id,
        order_id,
        order_day,
        version_rank,
        amount_minor,
        margin_minor
    from version_rows
    where is_usable
    union all
    select
        orders.customer_id,
        orders.order_id,
        orders.order_day,
        0 as version_rank,
        orders.amount_minor,
        orders.margin_minor
    from orders
    inner join standing
        on orders.order_id = standing.order_id
    where orders.reason = 'used'
),

sums as (
    select
        usable.customer_id,
        usable.order_id,
        usable.order_day,
        usable.version_rank,
        count(*) as order_rows,
        cast(sum(case when params.nets_by_order and usable.amount_minor < 0 then 1 else 0 end) as bigint) as return_rows,
        cast(sum(usable.amount_minor) as bigint) as net_minor,
        coalesce(cast(sum(usable.margin_minor) as bigint), 0) as margin_minor
    from usable
    cross join params
    group by usable.customer_id, usable.order_id, usable.order_day, usable.version_rank
),

days as (
    select
        customer_id,
        order_id,
        order_day
    from sums
    group by customer_id, order_id, order_day
),

filled as (
    select
        days.customer_id,
        days.order_id,
        days.order_day,
        spans.version_rank,
        spans.known_from,
        spans.known_until,
        coalesce(sums.order_rows, 0) as order_rows,
        coalesce(sums.return_rows, 0) as return_rows,
        coalesce(sums.net_minor, 0) as net_minor,
        coalesce(sums.margin_minor, 0) as margin_minor
    from days
    inner join spans
        on days.order_id = spans.order_id
    left join sums
        on days.customer_id = sums.customer_id
        and days.order_id = sums.order_id
        and days.order_day = sums.order_day
        and spans.version_rank = sums.version_rank
),

changed_days as (
    select order_id
    from filled
    group by customer_id, order_id, order_day
    having min(order_rows) < max(order_rows)
        or min(return_rows) < max(return_rows)
        or min(net_minor) < max(net_minor)
        or min(margin_minor) < max(margin_minor)
),

changed as (
    select order_id
    from changed_days
    group by order_id
),

final as (
    select
        filled.customer_id,
        filled.order_id,
        filled.order_day,
        filled.version_rank,
        filled.known_from,
        filled.known_until,
        filled.order_rows,
        filled.return_rows,
        filled.net_minor,
        filled.margin_minor
    from filled
    inner join changed
        on filled.order_id = changed.order_id
)

select * from final
