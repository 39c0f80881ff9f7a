-- equal_rows: rows that are equal in all mapped columns, by day, and by the first and
-- the last file in which they stand: how many, how many different ones, and how many come
-- in pairs; how many of a file repeat one of the other, with their money, and how many
-- repeat one of their own.
--
-- Where an order has an id, only orders with several rows can have equal ones. Of two
-- files, the later one's rows follow from the sum of the files' numbers.
--
-- Attributes, which orders do not have, are read of the files again where there are some:
-- two tickets of one price are no double where the seat is mapped.
--
-- grain: one row per (order_day, first_file, last_file)
-- reads: orders, several_row_orders, order_rows
with

descriptions as (
    select
        order_rows.file_number,
        order_rows.file_row,
        concat_ws(
            '|',
            coalesce(order_rows.attribute_1, ''), coalesce(order_rows.attribute_2, ''),
            coalesce(order_rows.attribute_3, ''), coalesce(order_rows.attribute_4, ''),
            coalesce(order_rows.attribute_5, ''), coalesce(order_rows.attribute_6, ''),
            coalesce(order_rows.attribute_7, ''), coalesce(order_rows.attribute_8, '')
        ) as attributes
    from order_rows
    where order_rows.has_attributes
),

-- two reads, of which the first costs nothing where no order has several rows
candidates as (
    select
        orders.customer_id,
        orders.order_id,
        orders.ordered_at,
        orders.order_day,
        orders.amount_minor,
        orders.margin_minor,
        orders.channel,
        orders.file_number,
        orders.file_row
    from orders
    inner join several_row_orders
        on orders.order_id = several_row_orders.order_id
    where orders.reason = 'used'
    union all
    select
        customer_id,
        order_id,
        ordered_at,
        order_day,
        amount_minor,
        margin_minor,
        channel,
        file_number,
        file_row
    from orders
    where order_id = '' and reason = 'used'
),

hashed as (
    select
        candidates.order_day,
        candidates.amount_minor,
        candidates.file_number,
        row_hash(
            candidates.customer_id, candidates.order_id, candidates.ordered_at, candidates.amount_minor,
            candidates.margin_minor, candidates.channel, descriptions.attributes
        ) as content
    from candidates
    left join descriptions
        on candidates.file_number = descriptions.file_number
        and candidates.file_row = descriptions.file_row
),

contents as (
    select
        order_day,
        content,
        count(*) as order_rows,
        min(amount_minor) as amount_minor,
        min(file_number) as first_file,
        max(file_number) as last_file,
        cast(sum(file_number) as bigint) as file_numbers
    from hashed
    group by order_day, content
    having count(*) > 1
),

spread as (
    select
        order_day,
        order_rows,
        amount_minor,
        first_file,
        last_file,
        coalesce(
            cast(floor((file_numbers - order_rows * first_file) / nullif(cast(last_file - first_file as double), 0)) as bigint), 0
        ) as last_file_rows
    from contents
),

repeated as (
    select
        order_day,
        order_rows,
        amount_minor,
        first_file,
        last_file,
        least(last_file_rows, order_rows - last_file_rows) as across_rows
    from spread
),

final as (
    select
        order_day,
        first_file,
        last_file,
        cast(sum(order_rows) as bigint) as order_rows,
        count(*) as different_rows,
        cast(sum(case when order_rows % 2 = 0 then order_rows else 0 end) as bigint) as even_rows,
        cast(sum(across_rows) as bigint) as across_rows,
        cast(sum(across_rows * amount_minor) as bigint) as across_minor,
        cast(sum(order_rows - 1 - across_rows) as bigint) as within_rows,
        cast(sum((order_rows - 1 - across_rows) * amount_minor) as bigint) as within_minor
    from repeated
    group by order_day, first_file, last_file
)

select * from final
