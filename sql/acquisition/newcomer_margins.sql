-- newcomer_margins: what each customer's margin added up to at ages at which
-- customers are compared, returns netted on the day they arrived; horizon_minor is
-- that of the first horizon_days, discounted to the first purchase, and focus_minor that
-- of the first focus_days. What moved before the first purchase counts at age 0. The
-- first order is worth what its returns have left of it, less what was returned of no
-- purchase before, and repeat_minor what the days after it are, less what was returned of
-- no purchase on them. Empty where nothing is compared with it: without spend and without
-- attributes of first orders.
--
-- grain: one row per customer_id
-- reads: customer_days, order_returns, first_purchases, params
with

days as (
    select
        customer_days.customer_id,
        age_on(first_purchases.first_purchase_date, customer_days.order_day) as age_days,
        -- revenue where margin is a share of it, or is not known
        case
            when params.margin_rate is null and params.has_margin then customer_days.margin_minor
            else customer_days.net_minor
        end as money_minor,
        case
            when params.margin_rate is null and params.has_margin then customer_days.purchase_margin_minor
            else customer_days.purchase_minor
        end as purchase_money_minor,
        case
            when params.margin_rate is null and params.has_margin then coalesce(order_returns.left_margin_minor, 0)
            else coalesce(order_returns.left_minor, 0)
        end as left_money_minor,
        customer_days.order_day < first_purchases.first_purchase_date as is_before,
        customer_days.order_day > first_purchases.first_purchase_date as is_after,
        coalesce(params.margin_rate, 1e0) as margin_rate,
        params.horizon_days,
        params.focus_days,
        params.discount_per_day
    from customer_days
    inner join first_purchases
        on customer_days.customer_id = first_purchases.customer_id
    cross join params
    left join order_returns
        on customer_days.customer_id = order_returns.customer_id
        and customer_days.order_day = order_returns.order_day
    where params.has_spend or params.has_first_orders
),

discounted as (
    select
        days.*,
        fixed_point(margin_rate * money_minor * exp(-discount_per_day * age_days), 1) as discounted_minor
    from days
),

sums as (
    select
        customer_id,
        margin_rate,
        cast(sum(case
            when is_after then 0
            when is_before then purchase_money_minor + left_money_minor
            else purchase_money_minor
        end) as bigint) as first_minor,
        cast(sum(case when is_after then purchase_money_minor + left_money_minor else 0 end) as bigint) as repeat_minor,
        cast(sum(case when age_days = 0 then money_minor else 0 end) as bigint) as first_day_minor,
        cast(sum(case when age_days <= 90 then money_minor else 0 end) as bigint) as money_90_minor,
        cast(sum(case when age_days <= 180 then money_minor else 0 end) as bigint) as money_180_minor,
        cast(sum(case when age_days <= 365 then money_minor else 0 end) as bigint) as money_365_minor,
        cast(sum(case when age_days <= horizon_days then discounted_minor else 0 end) as bigint) as horizon_minor,
        cast(sum(case when age_days <= focus_days then discounted_minor else 0 end) as bigint) as focus_minor
    from discounted
    group by customer_id, margin_rate
),

final as (
    select
        customer_id,
        fixed_point(margin_rate * first_minor, 1) as first_order_minor,
        repeat_minor,
        fixed_point(margin_rate * first_day_minor, 1) as first_day_minor,
        fixed_point(margin_rate * money_90_minor, 1) as margin_90_minor,
        fixed_point(margin_rate * money_180_minor, 1) as margin_180_minor,
        fixed_point(margin_rate * money_365_minor, 1) as margin_365_minor,
        horizon_minor,
        focus_minor
    from sums
)

select * from final
