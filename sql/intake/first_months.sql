-- first_months: how many customers first purchased in each month, for a check, which
-- has no summary of customers.
--
-- grain: one row per (cohort_year, cohort_month)
-- reads: profile_customers
select
    cast(extract(year from first_purchase_date) as bigint) as cohort_year,
    cast(extract(month from first_purchase_date) as bigint) as cohort_month,
    count(*) as customers
from profile_customers
where first_purchase_date is not null
group by cast(extract(year from first_purchase_date) as bigint), cast(extract(month from first_purchase_date) as bigint)
