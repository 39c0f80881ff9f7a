-- file_days: the used rows of each day in each file.
--
-- grain: one row per (order_day, file_number)
-- reads: orders
select
    order_day,
    file_number,
    count(*) as order_rows
from orders
where reason = 'used'
group by order_day, file_number
