-- order_days: the rows of each day, those that can be used and all of them: from the
-- former the as-of day is taken, by the latter it is judged which days are missing,
-- for a shop whose late orders still wait for their status has rows for them.
--
-- grain: one row per order_day
-- reads: loaded_rows, input_limits
select
    loaded_rows.order_day,
    cast(sum(case when loaded_rows.row_reason is null then 1 else 0 end) as bigint) as order_rows,
    count(*) as all_rows
from loaded_rows
cross join input_limits
where loaded_rows.order_day >= cast(input_limits.readable_from as date)
    and loaded_rows.order_day < cast(input_limits.readable_before as date)
group by loaded_rows.order_day
