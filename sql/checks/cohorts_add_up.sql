-- cohorts_add_up: the cohorts, with what lies in a month that is not over, hold
-- the customers, purchases and money of the base; no cell says something of such
-- a month, and none of a whole one is silent.
--
-- grain: one row per rule
-- reads: cohorts, cohort_activity, months, segments, returns_only, row_counts, params
with

cells as (
    select
        cast(sum(case when cohorts.age_months = 0 then cohorts.customers else 0 end) as bigint) as customers,
        coalesce(cast(sum(cohorts.purchases) as bigint), 0) as purchases,
        coalesce(cast(sum(to_minor(cohorts.revenue, params.minor_per_unit)) as bigint), 0) as revenue_minor
    from cohorts
    cross join params
),

running as (
    select
        coalesce(cast(sum(cohort_activity.purchases) as bigint), 0) as purchases,
        coalesce(cast(sum(cohort_activity.revenue_minor) as bigint), 0) as revenue_minor
    from cohort_activity
    inner join months
        on greatest(cohort_activity.month, cohort_activity.cohort_month) = months.month
    where not months.is_whole
),

last_month as (
    select max(month_number) as month_number
    from months
),

misplaced as (
    select
        cast(sum(
            case
                when months.is_whole and (cohorts.active_customers is null or cohorts.purchases is null
                    or cohorts.revenue is null or cohorts.cumulative_revenue_per_customer is null) then 1
                else 0
            end
        ) as bigint) as silent,
        cast(sum(
            case
                when not months.is_whole and coalesce(
                    cast(cohorts.active_customers as double),
                    cast(cohorts.purchases as double),
                    cohorts.revenue,
                    cohorts.margin,
                    cohorts.cumulative_revenue_per_customer,
                    cohorts.cumulative_margin_per_customer
                ) is not null then 1
                else 0
            end
        ) as bigint) as premature,
        count(*) as cells
    from cohorts
    inner join months as cohort_months
        on cohorts.cohort_month = cohort_months.month
    inner join months
        on cohort_months.month_number + cohorts.age_months = months.month_number
),

expected_cells as (
    select
        cast(sum(last_month.month_number - months.month_number + 1) as bigint) as cells
    from cohorts
    inner join months
        on cohorts.cohort_month = months.month
    cross join last_month
    where cohorts.age_months = 0
),

base as (
    select
        cast(sum(segments.customers) as bigint) as customers,
        cast(sum(segments.purchases) as bigint) as purchases
    from segments
),

used as (
    select coalesce(cast(sum(case when reason = 'used' then amount_minor else 0 end) as bigint), 0) as amount_minor
    from row_counts
),

compared as (
    select 'cohorts hold the customers' as rule, cells.customers as got, base.customers as want
    from cells cross join base
    union all
    select 'cohorts and the running month hold the purchases', cells.purchases + running.purchases, base.purchases
    from cells cross join running cross join base
    union all
    select 'cohorts, the running month and returns-only hold the used orders (minor units)',
        cells.revenue_minor + running.revenue_minor + returns_only.revenue_minor, used.amount_minor
    from cells cross join running cross join returns_only cross join used
    union all
    select 'a whole month has its measures', misplaced.silent, 0
    from misplaced
    union all
    select 'a month that is not over has none', misplaced.premature, 0
    from misplaced
    union all
    select 'every cohort has every month to as_of', misplaced.cells, expected_cells.cells
    from misplaced cross join expected_cells
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
