-- start_late: what was bought again at ages that not all customers of a cell have reached,
-- by those who started by a value.
--
-- grain: one row per (value_number, cell_number, age_days)
-- reads: late_repeats, start_members
select
    start_members.value_number,
    start_members.cell_number,
    late_repeats.age_days,
    cast(sum(late_repeats.repeats) as bigint) as repeats,
    cast(sum(late_repeats.money_minor) as bigint) as repeat_minor
from late_repeats
inner join start_members
    on late_repeats.customer_id = start_members.customer_id
where start_members.cell_number is not null
group by start_members.value_number, start_members.cell_number, late_repeats.age_days
