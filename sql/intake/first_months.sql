-- first_months: how many customers first purchased in each month, for a check, which
-- has no summary of customers.
--
-- grain: one row per (cohort_year, cohort_month)
-- reads: customer_days
with

firsts as (
    select
        customer_id,
        min(order_day) as first_purchase_date
    from customer_days
    where is_purchase
    group by customer_id
),

final as (
    select
        cast(extract(year from first_purchase_date) as bigint) as cohort_year,
        cast(extract(month from first_purchase_date) as bigint) as cohort_month,
        count(*) as customers
    from firsts
    group by cast(extract(year from first_purchase_date) as bigint), cast(extract(month from first_purchase_date) as bigint)
)

select * from final
