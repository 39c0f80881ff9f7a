-- lens_base: the fifth lens: the base as its cohorts. What the customers of each
-- year of first purchase brought in each calendar month; and what those without a
-- purchase returned. A return from before the first purchase stands in its own
-- month. Null in a month that as_of does not complete.
--
-- grain: one row per (cohort_year, month); cohort_year null: customers without a purchase
-- reads: cohort_activity, returns_only_activity, months
with

cohort_months as (
    select
        cast(date_trunc('year', cohort_month) as date) as cohort_year,
        cohort_month,
        cast(sum(active_customers) as bigint) as customers
    from cohort_activity
    where month = cohort_month
    group by cast(date_trunc('year', cohort_month) as date), cohort_month
),

starts as (
    select
        cohort_year,
        min(cohort_month) as first_month
    from cohort_months
    group by cohort_year
),

sizes as (
    select
        cohort_months.cohort_year,
        months.month,
        cast(sum(cohort_months.customers) as bigint) as customers
    from months
    inner join cohort_months
        on months.month >= cohort_months.cohort_month
    group by cohort_months.cohort_year, months.month
),

activity as (
    select
        cast(date_trunc('year', cohort_month) as date) as cohort_year,
        month,
        cast(sum(active_customers) as bigint) as active_customers,
        cast(sum(purchases) as bigint) as purchases,
        cast(sum(revenue_minor) as bigint) as revenue_minor
    from cohort_activity
    group by cast(date_trunc('year', cohort_month) as date), month
),

final as (
    select
        starts.cohort_year,
        months.month,
        case when months.is_whole then coalesce(sizes.customers, 0) end as customers,
        case when months.is_whole then coalesce(activity.active_customers, 0) end as active_customers,
        case when months.is_whole then coalesce(activity.purchases, 0) end as purchases,
        case when months.is_whole then coalesce(activity.revenue_minor, 0) end as revenue_minor
    from starts
    cross join months
    left join sizes
        on starts.cohort_year = sizes.cohort_year
        and months.month = sizes.month
    left join activity
        on starts.cohort_year = activity.cohort_year
        and months.month = activity.month
    where months.month >= starts.first_month
        or activity.revenue_minor is not null
    union all
    select
        cast(null as date) as cohort_year,
        months.month,
        case when months.is_whole then coalesce(returns_only_activity.customers, 0) end as customers,
        case when months.is_whole then 0 end as active_customers,
        case when months.is_whole then 0 end as purchases,
        case when months.is_whole then coalesce(returns_only_activity.revenue_minor, 0) end as revenue_minor
    from months
    left join returns_only_activity
        on months.month = returns_only_activity.month
)

select * from final
