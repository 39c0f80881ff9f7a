-- order_lines: of the orders with several rows, how many have one amount on all of
-- them, how evenly these spread over amounts, and what a row is worth by the number of
-- rows; before that, how many there are with returns and in several files. An order's total that stands on each of its lines is one amount, another one
-- from order to order, and rises with the lines.
--
-- grain: one row
-- reads: several_row_orders, order_parts, line_amounts
with

orders_of_lines as (
    select
        order_day,
        order_rows,
        least_minor = most_minor as is_constant,
        net_minor
    from order_parts
    where order_rows > 1
        and least_minor > 0
        and first_file = last_file
),

counted as (
    select
        count(*) as orders,
        coalesce(cast(sum(case when is_constant then 1 else 0 end) as bigint), 0) as constant_orders,
        count(distinct date_trunc('month', order_day)) as months,
        coalesce(cast(sum(order_rows) as bigint), 0) as order_rows,
        coalesce(cast(sum(net_minor) as bigint), 0) as net_minor,
        coalesce(cast(sum(case when order_rows > 2 then order_rows else 0 end) as bigint), 0) as many_rows,
        coalesce(cast(sum(case when order_rows > 2 then net_minor else 0 end) as bigint), 0) as many_minor
    from orders_of_lines
),

amounts as (
    select
        coalesce(max(orders), 0) as most_orders_of_an_amount,
        coalesce(cast(sum((order_rows - orders) * amount_minor) as bigint), 0) as repeated_minor
    from line_amounts
),

all_orders as (
    select
        count(*) as several_row_orders,
        coalesce(cast(sum(order_rows) as bigint), 0) as several_row_rows
    from several_row_orders
),

final as (
    select
        all_orders.several_row_orders,
        all_orders.several_row_rows,
        counted.orders,
        counted.constant_orders,
        counted.months,
        counted.order_rows,
        counted.net_minor,
        counted.many_rows,
        counted.many_minor,
        amounts.most_orders_of_an_amount,
        amounts.repeated_minor
    from counted
    cross join amounts
    cross join all_orders
)

select * from final
