-- pool_purchasing: what of the repeat purchases of each customer the pool looks at beside
-- the history: how many the last days have, and half of these, and what fading memory
-- keeps of all of them, in billionths of a purchase. Empty where customers are valued
-- by the family alone.
--
-- grain: one row per customer_id with a repeat purchase
-- reads: customer_days, pool_days
select
    customer_days.customer_id,
    cast(sum(pool_days.recent) as bigint) as recent_purchases,
    cast(sum(pool_days.recent_half) as bigint) as half_window_purchases,
    cast(sum(pool_days.billionths) as bigint) as faded_billionths
from customer_days
inner join pool_days
    on customer_days.order_day = pool_days.order_day
where customer_days.purchase_before is not null
group by customer_days.customer_id
