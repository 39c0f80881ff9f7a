-- aged_days: what each customer-day brought, by the age that the customer had on it: the
-- money that moved, the same discounted to the first purchase, and what the day is worth
-- as the first order or as a repeat. What moved before the first purchase counts at age 0.
-- The first order is worth what its returns have left of it, less what was returned of no
-- purchase before, and the days after it what is left of theirs, less what was returned of
-- no purchase on them. Empty where nothing is compared with it: without spend and without
-- attributes of first orders.
--
-- It is a table, since the engine adds up a table's numbers of known range in half of
-- the time and room that those of a join take.
--
-- grain: one row per (customer_id, order_day)
-- reads: customer_days, order_returns, params
with

days as (
    select
        customer_days.customer_id,
        age_on(customer_days.first_purchase_date, customer_days.order_day) as age_days,
        customer_days.order_day < customer_days.first_purchase_date as is_before,
        customer_days.order_day > customer_days.first_purchase_date as is_after,
        -- revenue where margin is a share of it, or is not known
        counted_money(customer_days.margin_minor, customer_days.net_minor, params.margin_rate, params.has_margin) as money_minor,
        counted_money(
            customer_days.purchase_margin_minor, customer_days.purchase_minor, params.margin_rate, params.has_margin
        ) as purchase_money_minor,
        coalesce(
            counted_money(order_returns.left_margin_minor, order_returns.left_minor, params.margin_rate, params.has_margin), 0
        ) as left_money_minor,
        coalesce(params.margin_rate, 1e0) as margin_rate,
        params.discount_per_day
    from customer_days
    cross join params
    left join order_returns
        on customer_days.customer_id = order_returns.customer_id
        and customer_days.order_day = order_returns.order_day
    where customer_days.first_purchase_date is not null
        and (params.has_spend or params.has_first_orders)
),

final as (
    select
        customer_id,
        age_days,
        money_minor,
        fixed_point(margin_rate * money_minor * exp(-discount_per_day * age_days), 1) as discounted_minor,
        case
            when is_after then 0
            when is_before then purchase_money_minor + left_money_minor
            else purchase_money_minor
        end as first_minor,
        case when is_after then purchase_money_minor + left_money_minor else 0 end as repeat_minor
    from days
)

select * from final
