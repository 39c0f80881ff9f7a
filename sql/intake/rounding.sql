-- rounding: what rounding each amount to the minor unit moves, in hundredths of that
-- unit, beside the money after rounding. Rows that are not kept have no part in it.
--
-- grain: one row
-- reads: orders
select
    coalesce(cast(sum(moved_hundredths) as bigint), 0) as moved_hundredths,
    coalesce(cast(sum(amount_minor) as bigint), 0) as rounded_minor,
    coalesce(cast(sum(case when moved_hundredths <> 0 then 1 else 0 end) as bigint), 0) as moved_rows
from orders
where moved_hundredths is not null
