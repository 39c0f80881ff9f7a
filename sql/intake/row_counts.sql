-- row_counts: how many input rows are used, excluded and quarantined, and their
-- money, so that they add up to the files. Money that is no number counts as 0.
--
-- grain: one row per reason ('used' for the rows that are)
-- reads: orders
select
    reason,
    count(*) as order_rows,
    coalesce(cast(sum(amount_minor) as bigint), 0) as amount_minor
from orders
group by reason
