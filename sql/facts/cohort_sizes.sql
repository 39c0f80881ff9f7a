-- cohort_sizes: how many customers first purchased in each month; a first month
-- far above the others means that the files start in the middle of the story.
--
-- grain: one row per (cohort_year, cohort_month)
-- reads: first_purchases
select
    cast(extract(year from first_purchase_date) as bigint) as cohort_year,
    cast(extract(month from first_purchase_date) as bigint) as cohort_month,
    count(*) as customers
from first_purchases
group by cast(extract(year from first_purchase_date) as bigint), cast(extract(month from first_purchase_date) as bigint)
