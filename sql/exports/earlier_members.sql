-- earlier_members: the customers whom the target may hold by earlier exports, how many
-- of those have them, and the identifiers and the row that all of these have.
--
-- grain: one row per (customer_id, arm)
-- reads: earlier_rows
select
    customer_id,
    arm,
    count(*) as exports,
    case when min(coalesce(key_1, 0)) = max(coalesce(key_1, 0)) then max(key_1) end as key_1,
    case when min(coalesce(key_2, 0)) = max(coalesce(key_2, 0)) then max(key_2) end as key_2,
    case when min(coalesce(key_3, 0)) = max(coalesce(key_3, 0)) then max(key_3) end as key_3,
    case when min(row_key) = max(row_key) then max(row_key) end as row_key
from earlier_rows
group by customer_id, arm
