-- several_row_sums: how many order ids have several rows, and how many of these a
-- positive one, with those rows, and the logarithms of the positive ones: what is left of
-- all rows are orders of one.
--
-- grain: one row
-- reads: several_row_orders, order_parts
with

ids as (
    select
        count(*) as order_ids,
        coalesce(cast(sum(case when most_minor > 0 then 1 else 0 end) as bigint), 0) as orders
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
        ids.order_ids,
        ids.orders,
        parts.order_rows,
        parts.positive_rows,
        parts.log_millionths
    from ids
    cross join parts
)

select * from final
