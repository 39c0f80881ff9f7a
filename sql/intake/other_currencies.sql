-- other_currencies: the currencies for which there is no rate, and where their rows
-- are, for the message that refuses them.
--
-- grain: one row per (currency, file)
-- reads: orders, order_rows, order_files
select
    order_rows.currency,
    order_files.file,
    min(orders.file_row) as first_row,
    count(*) as order_rows
from orders
inner join order_rows
    on orders.file_number = order_rows.file_number
    and orders.file_row = order_rows.file_row
inner join order_files
    on orders.file_number = order_files.file_number
where orders.reason = 'other_currency'
group by order_rows.currency, order_files.file
