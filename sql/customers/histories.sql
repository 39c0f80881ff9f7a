-- histories: the distinct purchase histories of the base, and how many customers
-- share each.
--
-- grain: one row per (fit_group, repeat_purchases, age_at_last_purchase_days, customer_age_days)
-- reads: grouped_customers
select
    fit_group,
    repeat_purchases,
    age_at_last_purchase_days,
    customer_age_days,
    count(*) as customers
from grouped_customers
group by fit_group, repeat_purchases, age_at_last_purchase_days, customer_age_days
