-- first_purchases: the day on which each customer first purchased.
--
-- grain: one row per customer_id with a purchase
-- reads: customer_days
select
    customer_id,
    min(order_day) as first_purchase_date
from customer_days
where is_purchase
group by customer_id
