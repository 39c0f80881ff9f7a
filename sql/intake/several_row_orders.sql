-- several_row_orders: the order ids that several used rows carry, and the largest amount
-- of each. What may be wrong with an order's rows is looked for in these alone, which are
-- few in most shops.
--
-- grain: one row per order_id
-- reads: orders
select
    order_id,
    count(*) as order_rows,
    max(amount_minor) as most_minor
from orders
where reason = 'used' and order_id <> ''
group by order_id
having count(*) > 1
