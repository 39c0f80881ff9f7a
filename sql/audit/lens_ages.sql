-- lens_ages: the fourth lens: cohorts at equal age. Quarters of first purchase,
-- each customer at the same age in months; null while the last month of the quarter
-- has not been that old for the whole of a month.
--
-- grain: one row per (cohort_quarter, age_months)
-- reads: cohorts, months, params
with

last_whole_month as (
    select max(month_number) as month_number
    from months
    where is_whole
),

cells as (
    select
        cast(date_trunc('quarter', cohorts.cohort_month) as date) as cohort_quarter,
        months.month_number - months.month_number % 3 + 2 as last_month_number,
        cohorts.age_months,
        cast(sum(cohorts.customers) as bigint) as customers,
        cast(sum(cohorts.active_customers) as bigint) as active_customers,
        cast(sum(cohorts.purchases) as bigint) as purchases,
        cast(sum(to_minor(cohorts.revenue, params.minor_per_unit)) as bigint) as revenue_minor
    from cohorts
    cross join params
    inner join months
        on cohorts.cohort_month = months.month
    group by
        cast(date_trunc('quarter', cohorts.cohort_month) as date),
        months.month_number - months.month_number % 3 + 2,
        cohorts.age_months
),

cumulated as (
    select
        cells.cohort_quarter,
        cells.age_months,
        coalesce(cells.last_month_number + cells.age_months <= last_whole_month.month_number, false) as is_mature,
        cells.customers,
        cells.active_customers,
        cells.purchases,
        cells.revenue_minor,
        cast(
            sum(cells.revenue_minor) over (
                partition by cells.cohort_quarter
                order by cells.age_months
                rows between unbounded preceding and current row
            ) as bigint
        ) as cumulative_revenue_minor
    from cells
    cross join last_whole_month
),

final as (
    select
        cohort_quarter,
        age_months,
        case when is_mature then customers end as customers,
        case when is_mature then active_customers end as active_customers,
        case when is_mature then purchases end as purchases,
        case when is_mature then revenue_minor end as revenue_minor,
        case when is_mature then cumulative_revenue_minor end as cumulative_revenue_minor
    from cumulated
)

select * from final
