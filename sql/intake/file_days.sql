-- file_days: the rows of each day in each file up to as_of: those that are used, and
-- all that the file holds. Rows that are excluded or quarantined are held all the same,
-- so that an order whose status changes is not lost; a superseded version is counted
-- apart, for its successor stands in its place, which may have fewer rows.
--
-- grain: one row per (order_day, file_number)
-- reads: orders, input_limits, params
select
    orders.order_day,
    orders.file_number,
    cast(sum(case when orders.reason = 'used' then 1 else 0 end) as bigint) as order_rows,
    cast(sum(case when orders.reason = 'used' then orders.amount_minor else 0 end) as bigint) as used_minor,
    cast(sum(case when orders.reason = 'superseded' then 0 else 1 end) as bigint) as held_rows,
    cast(sum(case when orders.reason = 'superseded' then 0 else orders.amount_minor end) as bigint) as held_minor,
    cast(sum(case when orders.reason = 'superseded' then 1 else 0 end) as bigint) as superseded_rows
from orders
cross join params
cross join input_limits
where orders.order_day <= params.as_of
    and orders.order_day >= cast(input_limits.readable_from as date)
    and orders.amount_minor is not null
    and orders.reason <> 'after_as_of'
group by orders.order_day, orders.file_number
