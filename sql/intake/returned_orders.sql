-- returned_orders: the orders whose returns or versions change what a day is worth, day
-- by day: those with a return that are spread over two days or more, or come to nothing,
-- and each version of those whose versions differ. All others are worth what moved. An
-- order that comes to half a minor unit a row has come to nothing: its rows were rounded.
-- Rows without an order id are an order of their customer-day; a blank id, as exports
-- write a missing one, is none. Without returns where these are netted within their
-- customer-day. A return that is the only row of its order is not looked for among the
-- orders again.
--
-- grain: one row per (customer_id, order_id, order_day, known_from)
-- reads: orders, several_row_orders, order_versions, params
with

versioned as (
    select order_id
    from order_versions
    group by order_id
),

returns as (
    select
        orders.customer_id,
        orders.order_id,
        orders.order_day,
        orders.amount_minor,
        orders.margin_minor,
        several_row_orders.order_id is not null as is_one_of_several
    from orders
    cross join params
    left join several_row_orders
        on orders.order_id = several_row_orders.order_id
    left join versioned
        on orders.order_id = versioned.order_id
    where params.nets_by_order
        and orders.reason = 'used'
        and orders.amount_minor < 0
        and versioned.order_id is null
),

named as (
    select
        customer_id,
        order_id
    from returns
    where is_one_of_several
        and not is_blank(order_id)
    group by customer_id, order_id
),

nameless as (
    select
        customer_id,
        order_id,
        order_day
    from returns
    where is_blank(order_id)
    group by customer_id, order_id, order_day
),

rows_of_both as (
    select
        orders.customer_id,
        orders.order_id,
        orders.order_day,
        orders.amount_minor,
        orders.margin_minor,
        cast(null as date) as only_day
    from orders
    inner join named
        on orders.customer_id = named.customer_id
        and orders.order_id = named.order_id
    where orders.reason = 'used'
    union all
    select
        customer_id,
        order_id,
        order_day,
        amount_minor,
        margin_minor,
        cast(null as date) as only_day
    from returns
    where not is_one_of_several
        and not is_blank(order_id)
    union all
    select
        orders.customer_id,
        orders.order_id,
        orders.order_day,
        orders.amount_minor,
        orders.margin_minor,
        orders.order_day as only_day
    from orders
    inner join nameless
        on orders.customer_id = nameless.customer_id
        and orders.order_id = nameless.order_id
        and orders.order_day = nameless.order_day
    where orders.reason = 'used'
),

days as (
    select
        customer_id,
        order_id,
        order_day,
        only_day,
        count(*) as order_rows,
        cast(sum(case when amount_minor < 0 then 1 else 0 end) as bigint) as return_rows,
        cast(sum(amount_minor) as bigint) as net_minor,
        coalesce(cast(sum(margin_minor) as bigint), 0) as margin_minor
    from rows_of_both
    group by customer_id, order_id, order_day, only_day
),

spread as (
    select
        customer_id,
        order_id
    from days
    where only_day is null
    group by customer_id, order_id
    having count(*) > 1
),

final as (
    select
        days.customer_id,
        days.order_id,
        days.order_day,
        cast(null as date) as known_from,
        cast(null as date) as known_until,
        spread.customer_id is not null as is_spread,
        days.order_rows,
        days.return_rows,
        days.net_minor,
        days.margin_minor
    from days
    left join spread
        on days.customer_id = spread.customer_id
        and days.order_id = spread.order_id
    where spread.customer_id is not null
        or 2 * days.net_minor <= days.order_rows
    union all
    select
        customer_id,
        order_id,
        order_day,
        known_from,
        known_until,
        true as is_spread,
        order_rows,
        return_rows,
        net_minor,
        margin_minor
    from order_versions
)

select * from final
