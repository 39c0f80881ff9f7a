-- order_days: the rows of each day, those that can be used and all of them: from the
-- former the as-of day is taken, by the latter it is judged which days are missing,
-- for a shop whose late orders still wait for their status has rows for them.
--
-- grain: one row per order_day
-- reads: order_rows, input_limits
select
    order_rows.order_day,
    cast(sum(case when order_rows.row_reason is null then 1 else 0 end) as bigint) as order_rows,
    count(*) as all_rows
from order_rows
cross join input_limits
where order_rows.order_day >= cast(input_limits.readable_from as date)
    and order_rows.order_day < cast(input_limits.readable_before as date)
group by order_rows.order_day
