-- order_days: the days on which there are orders, from which the as-of day is
-- taken and checked.
--
-- grain: one row per order_day
-- reads: order_rows
select
    order_day,
    count(*) as order_rows
from order_rows
where row_reason is null
group by order_day
