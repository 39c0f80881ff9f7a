-- lens_cohort: the third lens: a cohort over its life. The cells of cohorts, with
-- the calendar month in which each lies.
--
-- grain: one row per (cohort_month, age_months)
-- reads: cohorts, months, params
select
    cohorts.cohort_month,
    cohorts.age_months,
    months.month,
    cohorts.customers,
    cohorts.active_customers,
    cohorts.purchases,
    to_minor(cohorts.revenue, params.minor_per_unit) as revenue_minor,
    cohorts.cumulative_revenue_per_customer
from cohorts
cross join params
inner join months as cohort_months
    on cohorts.cohort_month = cohort_months.month
inner join months
    on months.month_number = cohort_months.month_number + cohorts.age_months
