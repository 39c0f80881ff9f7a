-- quarantine: the rows that are not used because something is wrong with them,
-- and what. Rows that are excluded by a stated rule are counted, not listed.
--
-- grain: one row per (file, row_number)
-- reads: orders, row_counts, order_files, params
select
    params.as_of,
    order_files.file,
    orders.file_row as row_number,
    orders.reason,
    orders.customer_id,
    nullif(orders.order_id, '') as order_id,
    orders.ordered_at,
    money(orders.amount_minor, params.minor_per_unit) as amount
from orders
cross join params
inner join order_files
    on orders.file_number = order_files.file_number
-- joined rather than compared, so that clean files are not read again
inner join row_counts
    on orders.reason = row_counts.reason
where row_counts.reason not in ('used', 'superseded', 'filtered', 'keep_unknown', 'repeated')
