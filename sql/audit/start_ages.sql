-- start_ages: how old the customers are who started by a value and are several in a cell.
--
-- grain: one row per (value_number, cell_number, customer_age_days)
-- reads: start_members, start_groups
select
    start_members.value_number,
    start_members.cell_number,
    start_members.customer_age_days,
    count(*) as customers
from start_members
inner join start_groups
    on start_members.value_number = start_groups.value_number
    and start_members.cell_number = start_groups.cell_number
where start_groups.customers > 1
group by start_members.value_number, start_members.cell_number, start_members.customer_age_days
