-- purchase_values: how many purchases are worth what.
--
-- grain: one row per net_minor
-- reads: customer_days
select
    net_minor,
    count(*) as purchases
from customer_days
where is_purchase
group by net_minor
