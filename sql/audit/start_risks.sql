-- start_risks: how many of those who started by a value, in a month and channel, have
-- reached the ages that not all of the month have: the same number between two of their
-- ages, from above the younger up to the older.
--
-- grain: one row per (value_number, cohort_month, cell_channel, until_age)
-- reads: start_cells, months, params
with

ages as (
    select
        value_number,
        attribute_number > 0 as is_by_channel,
        cohort_month,
        case when attribute_number = 0 then '' else first_channel end as cell_channel,
        customer_age_days,
        cast(sum(customers) as bigint) as customers
    from start_cells
    group by
        value_number,
        attribute_number > 0,
        cohort_month,
        case when attribute_number = 0 then '' else first_channel end,
        customer_age_days
),

final as (
    select
        ages.value_number,
        ages.is_by_channel,
        ages.cohort_month,
        ages.cell_channel,
        coalesce(
            lag(ages.customer_age_days) over (
                partition by ages.value_number, ages.cohort_month, ages.cell_channel
                order by ages.customer_age_days
            ),
            greatest(cast(0 as bigint), day_difference(months.last_day, params.as_of))
        ) as above_age,
        ages.customer_age_days as until_age,
        cast(
            sum(ages.customers) over (
                partition by ages.value_number, ages.cohort_month, ages.cell_channel
                order by ages.customer_age_days desc
                rows between unbounded preceding and current row
            ) as bigint
        ) as at_risk
    from ages
    inner join months
        on ages.cohort_month = months.month
    cross join params
)

select * from final
