-- start_risks: of those who started by a value and are several in a cell, how many have
-- reached the ages that not all of the cell have: the same number between two of their
-- ages, from above the younger up to the older.
--
-- grain: one row per (value_number, cell_number, until_age)
-- reads: start_ages, start_groups, start_cells
with

several as (
    select
        start_ages.value_number,
        start_ages.cell_number,
        start_ages.customer_age_days,
        start_ages.customers
    from start_ages
    inner join start_groups
        on start_ages.value_number = start_groups.value_number
        and start_ages.cell_number = start_groups.cell_number
    where start_groups.customers > 1
),

final as (
    select
        several.value_number,
        several.cell_number,
        coalesce(
            lag(several.customer_age_days) over (
                partition by several.value_number, several.cell_number
                order by several.customer_age_days
            ),
            start_cells.common_age
        ) as above_age,
        several.customer_age_days as until_age,
        cast(
            sum(several.customers) over (
                partition by several.value_number, several.cell_number
                order by several.customer_age_days desc
                rows between unbounded preceding and current row
            ) as bigint
        ) as at_risk
    from several
    inner join start_cells
        on several.cell_number = start_cells.cell_number
)

select * from final
