-- purchase_counts: how many purchases there are on each day, as known on as_of.
--
-- grain: one row per order_day with a purchase
-- reads: customer_days
select
    order_day,
    count(*) as purchases
from customer_days
where is_purchase
group by order_day
