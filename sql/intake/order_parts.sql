-- order_parts: the rows of orders with several, by day.
--
-- grain: one row per (customer_id, order_id, order_day)
-- reads: orders, several_row_orders
select
    orders.customer_id,
    orders.order_id,
    orders.order_day,
    count(*) as order_rows,
    cast(sum(case when orders.amount_minor < 0 then 1 else 0 end) as bigint) as negative_rows,
    cast(sum(orders.amount_minor) as bigint) as net_minor,
    min(orders.amount_minor) as least_minor,
    max(orders.amount_minor) as most_minor,
    min(orders.file_number) as first_file,
    max(orders.file_number) as last_file
from orders
inner join several_row_orders
    on orders.order_id = several_row_orders.order_id
where orders.reason = 'used'
group by orders.customer_id, orders.order_id, orders.order_day
