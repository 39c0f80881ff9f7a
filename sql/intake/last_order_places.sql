-- last_order_places: where the latest orders are, for the message when they lie
-- suspiciously far behind all others.
--
-- grain: one row per file with orders on the last day
-- reads: order_rows, order_days, order_files
with

last_day as (
    select max(order_day) as order_day
    from order_days
    where order_rows > 0
),

final as (
    select
        order_files.file,
        min(order_rows.file_row) as first_row,
        count(*) as order_rows
    from order_rows
    inner join last_day
        on order_rows.order_day = last_day.order_day
    inner join order_files
        on order_rows.file_number = order_files.file_number
    where order_rows.row_reason is null
    group by order_files.file
)

select * from final
