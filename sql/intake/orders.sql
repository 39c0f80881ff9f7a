-- orders: every input row, classified: the first reason why it is not used, or
-- 'used': that of its version, of the row itself, of another row of its order, of its
-- day. The counts, the quarantine and all later tables read this.
--
-- grain: one row per row of the order files
-- reads: loaded_rows, superseded_rows, repeated_orders, params
select
    loaded_rows.customer_id,
    loaded_rows.order_id,
    loaded_rows.ordered_at,
    loaded_rows.order_day,
    loaded_rows.amount_minor,
    loaded_rows.margin_minor,
    loaded_rows.channel,
    loaded_rows.file_number,
    loaded_rows.file_row,
    coalesce(
        superseded_rows.reason,
        loaded_rows.row_reason,
        repeated_orders.reason,
        case when loaded_rows.order_day > params.as_of then 'after_as_of' end,
        'used'
    ) as reason
from loaded_rows
cross join params
left join superseded_rows
    on loaded_rows.file_number = superseded_rows.file_number
    and loaded_rows.file_row = superseded_rows.file_row
left join repeated_orders
    on loaded_rows.file_number = repeated_orders.file_number
    and loaded_rows.file_row = repeated_orders.file_row
