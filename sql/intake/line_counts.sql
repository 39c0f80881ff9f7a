-- line_counts: the orders with several positive rows and no other, on one day and in one
-- file, by how many; those with one amount on all of them, the logarithms of that, and
-- what its repetitions are. An order's total that stands on each of its lines rises with
-- the lines, and the price of a piece does not.
--
-- grain: one row per order_rows, 10 for more
-- reads: order_parts
with

lines as (
    select
        least(order_rows, 10) as order_rows,
        case when least_minor = most_minor then 1 else 0 end as is_constant,
        case when least_minor = most_minor then log_millionths(least_minor) else 0 end as log_millionths,
        case when least_minor = most_minor then (order_rows - 1) * least_minor else 0 end as repeated_minor
    from order_parts
    where order_rows > 1
        and least_minor > 0
        and first_file = last_file
),

final as (
    select
        order_rows,
        count(*) as orders,
        cast(sum(is_constant) as bigint) as constant_orders,
        cast(sum(log_millionths) as bigint) as log_millionths,
        cast(sum(repeated_minor) as bigint) as repeated_minor
    from lines
    group by order_rows
)

select * from final
