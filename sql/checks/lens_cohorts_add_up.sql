-- lens_cohorts_add_up: the cohorts of the third lens, with what lies in a month that is
-- not over and those who have no purchase, hold the money of the base; those of the
-- fourth hold the months of their quarter.
--
-- grain: one row per rule
-- reads: lenses, cohort_activity, returns_only, months, row_counts, params
with

cells as (
    select
        lenses.lens,
        lenses.cohort,
        lenses.age_months,
        lenses.customers,
        lenses.purchases,
        to_minor(lenses.revenue, params.minor_per_unit) as revenue_minor
    from lenses
    cross join params
    where lenses.lens in (3, 4)
),

used as (
    select coalesce(cast(sum(case when reason = 'used' then amount_minor else 0 end) as bigint), 0) as amount_minor
    from row_counts
),

running as (
    select coalesce(cast(sum(cohort_activity.revenue_minor) as bigint), 0) as revenue_minor
    from cohort_activity
    inner join months
        on greatest(cohort_activity.month, cohort_activity.cohort_month) = months.month
    where not months.is_whole
),

cohort_sums as (
    select coalesce(cast(sum(revenue_minor) as bigint), 0) as revenue_minor
    from cells
    where lens = 3
),

quarter_ages as (
    select
        cast(date_trunc('quarter', cohort) as date) as cohort,
        age_months,
        cast(sum(customers) as bigint) as customers,
        cast(sum(purchases) as bigint) as purchases,
        cast(sum(revenue_minor) as bigint) as revenue_minor
    from cells
    where lens = 3
    group by cast(date_trunc('quarter', cohort) as date), age_months
),

mismatches as (
    select coalesce(cast(sum(
        case
            when quarter_ages.cohort is null or cells.customers <> quarter_ages.customers
                or cells.purchases <> quarter_ages.purchases or cells.revenue_minor <> quarter_ages.revenue_minor then 1
            else 0
        end
    ) as bigint), 0) as quarters
    from cells
    left join quarter_ages
        on cells.cohort = quarter_ages.cohort
        and cells.age_months = quarter_ages.age_months
    where cells.lens = 4
),

compared as (
    select
        'cohorts, the running month and returns-only hold the used orders (minor units)' as rule,
        cohort_sums.revenue_minor + running.revenue_minor + returns_only.revenue_minor as got,
        used.amount_minor as want
    from cohort_sums cross join running cross join returns_only cross join used
    union all
    select 'months of first purchase make their quarter', mismatches.quarters, 0
    from mismatches
),

final as (
    select
        rule,
        got,
        want,
        cast(null as string) as example
    from compared
)

select * from final
