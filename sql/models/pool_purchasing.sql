-- pool_purchasing: what of the repeat purchases of each customer the pool looks at beside
-- the history: how many the last days have, and half of these, and what fading memory
-- keeps of all of them, in billionths of a purchase. Empty where customers are valued
-- by the family alone.
--
-- grain: one row per customer_id with a repeat purchase
-- reads: customer_days, summary, memory_weights, pool_terms, params
with

purchases as (
    select
        customer_days.customer_id,
        customer_days.order_day,
        day_difference(customer_days.order_day, params.as_of) as age_days,
        pool_terms.recent_from,
        pool_terms.half_from
    from customer_days
    cross join params
    cross join pool_terms
    inner join summary
        on customer_days.customer_id = summary.customer_id
        and customer_days.order_day > summary.first_purchase_date
    where customer_days.is_purchase
),

final as (
    select
        purchases.customer_id,
        cast(sum(case when purchases.order_day > purchases.recent_from then 1 else 0 end) as bigint) as recent_purchases,
        cast(sum(case when purchases.order_day > purchases.half_from then 1 else 0 end) as bigint) as half_window_purchases,
        cast(sum(memory_weights.weight) as bigint) as faded_billionths
    from purchases
    inner join memory_weights
        on purchases.age_days = memory_weights.age_days
    group by purchases.customer_id
)

select * from final
