-- start_groups: what the customers who started by each value bought again, by the cell in
-- which they are compared: sums, and squares for their spread.
--
-- grain: one row per (value_number, cell_number)
-- reads: start_members
select
    value_number,
    cell_number,
    max(customer_age_days) as oldest_age_days,
    count(*) as customers,
    cast(sum(repeat_purchases) as bigint) as repeats,
    cast(sum(repeat_purchases * repeat_purchases) as bigint) as repeat_squares,
    cast(sum(repeat_minor) as bigint) as repeat_minor,
    cast(sum(cast(repeat_minor as decimal(19, 0)) * cast(repeat_minor as decimal(19, 0))) as decimal(38, 0)) as repeat_minor_squares
from start_members
where cell_number is not null
group by value_number, cell_number
