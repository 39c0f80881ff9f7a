-- orders_left_out_elsewhere: the orders of which a day's rows are used from one file while
-- orders.keep leaves them out in another, by these files: one of the two has them as they
-- were. At the grain of lines only where both files have as many rows with the same money,
-- since rows that are left out there may be other ones. A file that has both, as that of
-- an order's further articles without money, leaves nothing out.
--
-- grain: one row per (used_file, left_out_file)
-- reads: orders, params
with

-- joined below, so that no order is read where nothing is left out
left_out_rows as (
    select
        customer_id,
        order_id,
        order_day,
        file_number,
        count(*) as order_rows,
        cast(sum(amount_minor) as bigint) as net_minor
    from orders
    where reason = 'filtered' and order_id <> ''
    group by customer_id, order_id, order_day, file_number
),

-- a number of the id is found twice as fast as texts are; an order whose number is that
-- of another by chance is joined to none below
numbers as (
    select distinct text_hash(order_id) as id_number
    from left_out_rows
),

kept_rows as (
    select
        orders.customer_id,
        orders.order_id,
        orders.order_day,
        orders.file_number,
        cast(sum(case when orders.reason = 'used' then 1 else 0 end) as bigint) as used_rows,
        cast(sum(case when orders.reason = 'used' then orders.amount_minor else 0 end) as bigint) as net_minor
    from orders
    inner join numbers
        on text_hash(orders.order_id) = numbers.id_number
    where orders.reason <> 'filtered'
    group by orders.customer_id, orders.order_id, orders.order_day, orders.file_number
),

used_orders as (
    select
        kept_rows.net_minor,
        kept_rows.file_number as used_file,
        min(left_out_rows.file_number) as left_out_file
    from kept_rows
    cross join params
    inner join left_out_rows
        on kept_rows.customer_id = left_out_rows.customer_id
        and kept_rows.order_id = left_out_rows.order_id
        and kept_rows.order_day = left_out_rows.order_day
        and kept_rows.file_number <> left_out_rows.file_number
    left join kept_rows as also_kept
        on left_out_rows.customer_id = also_kept.customer_id
        and left_out_rows.order_id = also_kept.order_id
        and left_out_rows.order_day = also_kept.order_day
        and left_out_rows.file_number = also_kept.file_number
    where kept_rows.net_minor > 0
        and also_kept.file_number is null
        and (
            params.is_order_grain
            or (kept_rows.used_rows = left_out_rows.order_rows and kept_rows.net_minor = left_out_rows.net_minor)
        )
    group by
        kept_rows.customer_id,
        kept_rows.order_id,
        kept_rows.order_day,
        kept_rows.net_minor,
        kept_rows.file_number
),

final as (
    select
        used_file,
        left_out_file,
        count(*) as orders,
        cast(sum(net_minor) as bigint) as net_minor
    from used_orders
    group by used_file, left_out_file
)

select * from final
