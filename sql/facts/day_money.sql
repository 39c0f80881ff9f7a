-- day_money: the money of the used rows of each day, which the lenses are held
-- to: it knows of no customer.
--
-- grain: one row per order_day
-- reads: customer_days
select
    order_day,
    cast(sum(net_minor) as bigint) as revenue_minor
from customer_days
where reason = 'used'
group by order_day
