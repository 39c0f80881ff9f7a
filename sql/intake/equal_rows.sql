-- equal_rows: rows that are equal in all mapped columns, by day, and by the first and
-- the last file in which they stand: how many, how many of them come in pairs, how many
-- repeat another, and the money of those.
--
-- Where an order has an id, only orders with several rows can have equal ones.
--
-- grain: one row per (order_day, first_file, last_file)
-- reads: orders, several_row_orders
with

candidates as (
    select
        orders.order_day,
        orders.amount_minor,
        orders.file_number,
        row_hash(
            orders.customer_id, orders.order_id, orders.ordered_at, orders.amount_minor, orders.margin_minor, orders.channel
        ) as content
    from orders
    left join several_row_orders
        on orders.order_id = several_row_orders.order_id
    where orders.reason = 'used'
        and (orders.order_id = '' or several_row_orders.order_id is not null)
),

contents as (
    select
        order_day,
        content,
        count(*) as order_rows,
        min(amount_minor) as amount_minor,
        min(file_number) as first_file,
        max(file_number) as last_file
    from candidates
    group by order_day, content
    having count(*) > 1
),

final as (
    select
        order_day,
        first_file,
        last_file,
        cast(sum(order_rows) as bigint) as order_rows,
        cast(sum(case when order_rows % 2 = 0 then order_rows else 0 end) as bigint) as even_rows,
        cast(sum(order_rows - 1) as bigint) as repeated_rows,
        cast(sum((order_rows - 1) * amount_minor) as bigint) as repeated_minor
    from contents
    group by order_day, first_file, last_file
)

select * from final
