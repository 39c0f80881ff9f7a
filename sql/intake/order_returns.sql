-- order_returns: by how much the returns of orders change what each customer-day is
-- worth as a purchase, as known on each look, how many of its rows are of orders with a
-- return by then, and what was returned on it of no purchase. A day stands here with a
-- change of 0 where another look changes it.
--
-- grain: one row per (look_day, customer_id, order_day) that holds a returned order
-- reads: order_worths
select
    look_day,
    customer_id,
    order_day,
    cast(sum(worth_minor - net_minor) as bigint) as purchase_change_minor,
    cast(sum(worth_margin_minor - margin_minor) as bigint) as margin_change_minor,
    cast(sum(case when is_returned then order_rows else 0 end) as bigint) as returned_rows,
    cast(sum(left_minor) as bigint) as left_minor,
    cast(sum(left_margin_minor) as bigint) as left_margin_minor
from order_worths
group by look_day, customer_id, order_day
