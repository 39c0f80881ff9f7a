-- start_risks: of those who started by a value and are several in a cell, how many have
-- reached the ages that not all of the cell have: the same number between two of their
-- ages, from above the younger up to the older.
--
-- grain: one row per (value_number, cell_number, until_age)
-- reads: start_ages, start_cells
select
    start_ages.value_number,
    start_ages.cell_number,
    coalesce(
        lag(start_ages.customer_age_days) over (
            partition by start_ages.value_number, start_ages.cell_number
            order by start_ages.customer_age_days
        ),
        start_cells.common_age
    ) as above_age,
    start_ages.customer_age_days as until_age,
    cast(
        sum(start_ages.customers) over (
            partition by start_ages.value_number, start_ages.cell_number
            order by start_ages.customer_age_days desc
            rows between unbounded preceding and current row
        ) as bigint
    ) as at_risk
from start_ages
inner join start_cells
    on start_ages.cell_number = start_cells.cell_number
