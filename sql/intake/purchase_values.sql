-- purchase_values: how many purchases are worth what.
--
-- grain: one row per purchase_minor
-- reads: customer_days
select
    purchase_minor,
    count(*) as purchases
from customer_days
where is_purchase
group by purchase_minor
