-- start_customers: what is known of each customer whose first order the files hold:
-- where they started, how long ago, what came of it, what they are worth, and how many
-- discounted repeat purchases the model expects of them, in millionths, by the age they
-- have, in the season of their days, and over the first focus_days of a life. Empty where
-- first orders are not compared.
--
-- grain: one row per customer_id known to be new
-- reads: summary, newcomer_margins, customers, fit_groups, newcomer_expectations, newcomer_curve, params
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
    newcomer_expectations.expected_millionths,
    newcomer_curve.seasonal_millionths as focus_millionths,
    to_minor(customers.clv, params.minor_per_unit) as clv_minor,
    to_minor(customers.lifetime_value, params.minor_per_unit) as lifetime_minor,
    case when customers.mark = 'retain' then 1 when customers.mark is not null then 0 end as is_retained
from summary
inner join newcomer_margins
    on summary.customer_id = newcomer_margins.customer_id
inner join customers
    on summary.customer_id = customers.customer_id
cross join params
left join fit_groups
    on summary.first_channel = fit_groups.first_channel
    and not fit_groups.is_old
left join newcomer_expectations
    on coalesce(fit_groups.fit_group, 0) = newcomer_expectations.fit_group
    and summary.customer_age_days = newcomer_expectations.customer_age_days
    and params.focus_days = newcomer_expectations.horizon_days
left join newcomer_curve
    on coalesce(fit_groups.fit_group, 0) = newcomer_curve.fit_group
    and params.focus_days = newcomer_curve.age_days
where params.has_first_orders
    and summary.is_fitted
    and not summary.is_old
