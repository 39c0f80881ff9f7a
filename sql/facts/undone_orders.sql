-- undone_orders: the orders of which returns have left nothing on a day on which
-- something was bought, as known on each look.
--
-- grain: one row per (look_day, customer_id, order_id, order_day)
-- reads: order_worths
select
    look_day,
    customer_id,
    order_id,
    order_day
from order_worths
where is_returned
    and worth_minor = 0
    and order_rows > return_rows
