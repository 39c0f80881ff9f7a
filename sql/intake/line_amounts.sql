-- line_amounts: the amounts that all rows of an order with several have: how many
-- orders, and on how many rows. Only orders of a single file, without a return, so
-- that neither a file that stands there twice nor a refund is taken for lines.
--
-- grain: one row per amount_minor
-- reads: order_parts
select
    least_minor as amount_minor,
    count(*) as orders,
    cast(sum(order_rows) as bigint) as order_rows
from order_parts
where order_rows > 1
    and least_minor > 0
    and least_minor = most_minor
    and first_file = last_file
group by least_minor
