-- order_parts: the rows of orders with several, by day. weighted_minor is the money
-- times the number of its file: where two files have one half of the money each, it is
-- the money times their mean.
--
-- grain: one row per (customer_id, order_id, order_day)
-- reads: orders, several_row_orders
select
    orders.customer_id,
    orders.order_id,
    orders.order_day,
    count(*) as order_rows,
    cast(sum(case when orders.amount_minor < 0 then 1 else 0 end) as bigint) as negative_rows,
    cast(sum(case when orders.amount_minor > 0 then 1 else 0 end) as bigint) as positive_rows,
    cast(sum(case when orders.amount_minor > 0 then log_millionths(orders.amount_minor) else 0 end) as bigint) as log_millionths,
    cast(sum(orders.amount_minor) as bigint) as net_minor,
    cast(sum(orders.amount_minor * orders.file_number) as bigint) as weighted_minor,
    min(orders.amount_minor) as least_minor,
    max(orders.amount_minor) as most_minor,
    min(orders.file_number) as first_file,
    max(orders.file_number) as last_file
from orders
inner join several_row_orders
    on orders.order_id = several_row_orders.order_id
where orders.reason = 'used'
group by orders.customer_id, orders.order_id, orders.order_day
