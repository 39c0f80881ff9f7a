-- start_customers: what is known of each customer whose first order the files hold:
-- where they started, how long ago, what came of it, and what they are worth. Empty where
-- first orders are not compared.
--
-- grain: one row per customer_id known to be new
-- reads: summary, newcomer_margins, customers, params
select
    summary.customer_id,
    summary.first_channel,
    cast(date_trunc('month', summary.first_purchase_date) as date) as cohort_month,
    summary.customer_age_days,
    summary.repeat_purchases,
    summary.days_to_second_purchase,
    summary.first_purchase_minor,
    newcomer_margins.first_order_minor,
    newcomer_margins.repeat_minor,
    newcomer_margins.margin_90_minor,
    newcomer_margins.margin_180_minor,
    newcomer_margins.margin_365_minor,
    newcomer_margins.focus_minor - newcomer_margins.first_order_minor as focus_repeat_minor,
    to_minor(customers.clv, params.minor_per_unit) as clv_minor,
    to_minor(customers.lifetime_value, params.minor_per_unit) as lifetime_minor,
    case when customers.mark = 'retain' then 1 when customers.mark is not null then 0 end as is_retained
from summary
inner join newcomer_margins
    on summary.customer_id = newcomer_margins.customer_id
inner join customers
    on summary.customer_id = customers.customer_id
cross join params
where params.has_first_orders
    and summary.is_fitted
    and not summary.is_old
