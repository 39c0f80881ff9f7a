-- version_rows: the rows of the versions of orders that stood until a newer one was
-- known, from when to when they did, and whether they were usable then.
--
-- grain: one row per (file_number, file_row)
-- reads: superseded_rows, orders, repeated_orders, params
select
    orders.customer_id,
    orders.order_id,
    orders.ordered_at,
    orders.order_day,
    orders.amount_minor,
    orders.margin_minor,
    orders.channel,
    superseded_rows.version_rank,
    superseded_rows.known_from,
    superseded_rows.known_until,
    superseded_rows.row_reason is null
        and repeated_orders.file_row is null
        and orders.order_day <= params.as_of as is_usable
from superseded_rows
inner join orders
    on superseded_rows.file_number = orders.file_number
    and superseded_rows.file_row = orders.file_row
cross join params
left join repeated_orders
    on superseded_rows.file_number = repeated_orders.file_number
    and superseded_rows.file_row = repeated_orders.file_row
where superseded_rows.known_until is not null
