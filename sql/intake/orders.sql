-- orders: every input row, classified: the first reason why it is not used, or
-- 'used': that of its version, of the row itself, of another row of its order, of its
-- day. The counts, the quarantine and all later tables read this, as does what sets the
-- as-of day: each file is opened once for all of them. A day is too late by the as-of
-- day that was asked for; where none was, no usable row is later than the last one.
--
-- A text that is missing is blank here, as many exports write it: one condition
-- finds both, and both sort alike in every engine.
--
-- grain: one row per row of the order files
-- reads: order_rows, superseded_rows, repeated_orders, input_limits
select
    order_rows.customer_id,
    coalesce(order_rows.order_id, '') as order_id,
    order_rows.ordered_at,
    order_rows.order_day,
    order_rows.amount_minor,
    order_rows.margin_minor,
    order_rows.moved_hundredths,
    coalesce(order_rows.channel, '') as channel,
    order_rows.file_number,
    order_rows.file_row,
    coalesce(
        superseded_rows.reason,
        order_rows.row_reason,
        repeated_orders.reason,
        case when order_rows.order_day > input_limits.asked_as_of then 'after_as_of' end,
        'used'
    ) as reason
from order_rows
cross join input_limits
left join superseded_rows
    on order_rows.file_number = superseded_rows.file_number
    and order_rows.file_row = superseded_rows.file_row
left join repeated_orders
    on order_rows.file_number = repeated_orders.file_number
    and order_rows.file_row = repeated_orders.file_row
