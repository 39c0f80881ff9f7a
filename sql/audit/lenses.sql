-- lenses: the five lenses of a customer-base audit, in long form: 1 how different
-- the customers of a period are, 2 what changed from one period to the next, 3 a
-- cohort over its life, 4 cohorts at equal age, 5 the base as its cohorts.
--
-- Fader, Hardie & Ross (2022), The Customer-Base Audit. What a lens does not have,
-- and what cannot be known yet, is null.
--
-- grain: one row per (lens, period, period_start, cohort, age_months, customer_group)
-- reads: lens_spread, lens_change, lens_cohort, lens_ages, lens_base, months, params
with

lines as (
    select
        cast(1 as bigint) as lens,
        period,
        starts_on as period_start,
        ends_on as period_end,
        cast(null as date) as before_start,
        cast(null as date) as before_end,
        cast(null as date) as cohort,
        cast(null as bigint) as age_months,
        customer_group,
        customers,
        active_customers,
        purchases,
        revenue_minor,
        cast(null as bigint) as purchases_before,
        cast(null as bigint) as revenue_before_minor,
        cast(null as bigint) as cumulative_revenue_minor,
        cast(null as double) as cumulative_revenue_per_customer
    from lens_spread
    union all
    select
        2 as lens,
        period,
        starts_on as period_start,
        ends_on as period_end,
        before_starts_on as before_start,
        before_ends_on as before_end,
        cast(null as date) as cohort,
        cast(null as bigint) as age_months,
        customer_group,
        customers,
        active_customers,
        purchases,
        revenue_minor,
        purchases_before,
        revenue_before_minor,
        cast(null as bigint) as cumulative_revenue_minor,
        cast(null as double) as cumulative_revenue_per_customer
    from lens_change
    union all
    select
        3 as lens,
        'month' as period,
        lens_cohort.month as period_start,
        months.last_day as period_end,
        cast(null as date) as before_start,
        cast(null as date) as before_end,
        lens_cohort.cohort_month as cohort,
        lens_cohort.age_months,
        'cohort' as customer_group,
        lens_cohort.customers,
        lens_cohort.active_customers,
        lens_cohort.purchases,
        lens_cohort.revenue_minor,
        cast(null as bigint) as purchases_before,
        cast(null as bigint) as revenue_before_minor,
        cast(null as bigint) as cumulative_revenue_minor,
        lens_cohort.cumulative_revenue_per_customer
    from lens_cohort
    inner join months
        on lens_cohort.month = months.month
    union all
    select
        4 as lens,
        'age' as period,
        cast(null as date) as period_start,
        cast(null as date) as period_end,
        cast(null as date) as before_start,
        cast(null as date) as before_end,
        cohort_quarter as cohort,
        age_months,
        'cohort' as customer_group,
        customers,
        active_customers,
        purchases,
        revenue_minor,
        cast(null as bigint) as purchases_before,
        cast(null as bigint) as revenue_before_minor,
        cumulative_revenue_minor,
        cast(null as double) as cumulative_revenue_per_customer
    from lens_ages
    union all
    select
        5 as lens,
        'month' as period,
        lens_base.month as period_start,
        months.last_day as period_end,
        cast(null as date) as before_start,
        cast(null as date) as before_end,
        lens_base.cohort_year as cohort,
        cast(null as bigint) as age_months,
        case when lens_base.cohort_year is null then 'returns_only' else 'cohort' end as customer_group,
        lens_base.customers,
        lens_base.active_customers,
        lens_base.purchases,
        lens_base.revenue_minor,
        cast(null as bigint) as purchases_before,
        cast(null as bigint) as revenue_before_minor,
        cast(null as bigint) as cumulative_revenue_minor,
        cast(null as double) as cumulative_revenue_per_customer
    from lens_base
    inner join months
        on lens_base.month = months.month
),

-- the lenses whose groups make up a period's revenue
totals as (
    select
        lens,
        period,
        period_start,
        cast(sum(revenue_minor) as bigint) as revenue_minor
    from lines
    where lens in (1, 5)
    group by lens, period, period_start
),

final as (
    select
        params.as_of,
        lines.lens,
        lines.period,
        lines.period_start,
        lines.period_end,
        lines.before_start,
        lines.before_end,
        lines.cohort,
        lines.age_months,
        lines.customer_group,
        lines.customers,
        lines.active_customers,
        lines.purchases,
        money(lines.revenue_minor, params.minor_per_unit) as revenue,
        -- of less than nothing there is no share
        case
            when totals.revenue_minor > 0 then cast(lines.revenue_minor as double) / nullif(totals.revenue_minor, 0)
        end as share_of_revenue,
        lines.purchases_before,
        money(lines.revenue_before_minor, params.minor_per_unit) as revenue_before,
        money(lines.revenue_minor - lines.revenue_before_minor, params.minor_per_unit) as revenue_change,
        cast(lines.active_customers as double) / nullif(lines.customers, 0) as share_active,
        cast(lines.purchases as double) / nullif(lines.active_customers, 0) as purchases_per_active_customer,
        money(fixed_point(cast(lines.revenue_minor as double) / nullif(lines.purchases, 0), 1), params.minor_per_unit)
            as revenue_per_purchase,
        money(fixed_point(cast(lines.revenue_minor as double) / nullif(lines.customers, 0), 1), params.minor_per_unit)
            as revenue_per_customer,
        coalesce(
            lines.cumulative_revenue_per_customer,
            money(
                fixed_point(cast(lines.cumulative_revenue_minor as double) / nullif(lines.customers, 0), 1),
                params.minor_per_unit
            )
        ) as cumulative_revenue_per_customer
    from lines
    cross join params
    left join totals
        on lines.lens = totals.lens
        and lines.period = totals.period
        and lines.period_start = totals.period_start
)

select * from final
