-- earlier_members: the customers whom the target may hold by earlier exports, by the
-- identifiers that they gave out, how many of those have them so, and the least and the
-- greatest digest of their rows: where these differ, so did the rows.
--
-- grain: one row per (customer_id, arm, key_1, key_2, key_3)
-- reads: earlier_rows
select
    customer_id,
    arm,
    key_1,
    key_2,
    key_3,
    count(*) as exports,
    min(row_key) as least_row_key,
    max(row_key) as greatest_row_key
from earlier_rows
group by customer_id, arm, key_1, key_2, key_3
