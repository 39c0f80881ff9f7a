-- several_row_sums: how many orders have several rows, with those rows, and the
-- logarithms of the positive ones: what is left of all rows are orders of one.
--
-- grain: one row
-- reads: several_row_orders, order_parts
with

ids as (
    select count(*) as orders
    from several_row_orders
),

parts as (
    select
        coalesce(cast(sum(order_rows) as bigint), 0) as order_rows,
        coalesce(cast(sum(positive_rows) as bigint), 0) as positive_rows,
        coalesce(cast(sum(log_millionths) as bigint), 0) as log_millionths
    from order_parts
),

final as (
    select
        ids.orders,
        parts.order_rows,
        parts.positive_rows,
        parts.log_millionths
    from ids
    cross join parts
)

select * from final
