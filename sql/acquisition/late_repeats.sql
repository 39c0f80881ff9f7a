-- late_repeats: what customers bought again at ages that not all customers of the month
-- of their first purchase have reached: by how much the youngest may be, those of its last
-- day, it is known of everybody: nothing of it is older than a month. Empty where first
-- orders are not compared.
--
-- grain: one row per (customer_id, age_days) with a used row
-- reads: customer_days, order_returns, months, newcomer_span, params
select
    customer_days.customer_id,
    day_difference(customer_days.first_purchase_date, customer_days.order_day) as age_days,
    case when customer_days.is_purchase then 1 else 0 end as repeats,
    case
        when params.margin_rate is null and params.has_margin
            then customer_days.purchase_margin_minor + coalesce(order_returns.left_margin_minor, 0)
        else customer_days.purchase_minor + coalesce(order_returns.left_minor, 0)
    end as money_minor
from customer_days
cross join newcomer_span
cross join params
left join order_returns
    on customer_days.customer_id = order_returns.customer_id
    and customer_days.order_day = order_returns.order_day
inner join months
    on cast(date_trunc('month', customer_days.first_purchase_date) as date) = months.month
where params.has_first_orders
    and day_difference(customer_days.order_day, params.as_of) < 31
    and customer_days.first_purchase_date >= params.fit_from
    and customer_days.first_purchase_date >= newcomer_span.new_from
    and day_difference(customer_days.first_purchase_date, customer_days.order_day)
        > greatest(cast(0 as bigint), day_difference(months.last_day, params.as_of))
