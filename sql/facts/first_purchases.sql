-- first_purchases: the day on which each customer first purchased.
--
-- grain: one row per customer_id with a purchase
-- reads: customer_totals
select
    customer_id,
    first_purchase_date
from customer_totals
where first_purchase_date is not null
