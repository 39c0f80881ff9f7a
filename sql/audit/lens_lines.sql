-- lens_lines: the groups of the five lenses, one under the other. What a lens does
-- not have is null.
--
-- grain: one row per (lens, period, period_start, cohort, age_months, customer_group)
-- reads: lens_spread, lens_change, lens_cohort, lens_ages, lens_base, months
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
