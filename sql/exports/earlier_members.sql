-- earlier_members: the customers whom the target may hold by earlier exports, and
-- how many of those have them.
--
-- grain: one row per (customer_id, arm)
-- reads: earlier_rows
select
    customer_id,
    arm,
    count(*) as exports
from earlier_rows
group by customer_id, arm
