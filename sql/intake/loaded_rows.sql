-- loaded_rows: every input row as it is by itself, held: what later tables read in place
-- of the files, of which each is opened once for it.
--
-- A text that is missing is blank here, as many exports write it: one condition
-- finds both, and both sort alike in every engine.
--
-- grain: one row per row of the order files
-- reads: order_rows
select
    customer_id,
    coalesce(order_id, '') as order_id,
    ordered_at,
    order_day,
    amount_minor,
    margin_minor,
    moved_hundredths,
    coalesce(channel, '') as channel,
    file_number,
    file_row,
    row_reason
from order_rows
