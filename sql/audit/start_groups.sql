-- start_groups: what the customers who started by each value bought again, by the cell in
-- which they are compared.
--
-- grain: one row per (value_number, cell_number)
-- reads: start_ages
select
    value_number,
    cell_number,
    max(customer_age_days) as oldest_age_days,
    cast(sum(customers) as bigint) as customers,
    cast(sum(repeats) as bigint) as repeats,
    cast(sum(repeat_squares) as bigint) as repeat_squares,
    cast(sum(repeat_minor) as bigint) as repeat_minor,
    cast(sum(repeat_minor_squares) as decimal(38, 0)) as repeat_minor_squares
from start_ages
group by value_number, cell_number
