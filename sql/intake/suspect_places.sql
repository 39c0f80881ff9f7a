-- suspect_places: how many rows the customers have who may be many people, and where
-- the first one stands, for the message when they are: the number of the file times
-- 10^12, plus the row.
--
-- grain: one row per customer_id in suspect_ids
-- reads: suspect_ids, orders
select
    orders.customer_id,
    count(*) as order_rows,
    min(orders.file_number * 1000000000000 + orders.file_row) as first_place
from orders
inner join suspect_ids
    on orders.customer_id = suspect_ids.customer_id
where orders.reason = 'used'
group by orders.customer_id
