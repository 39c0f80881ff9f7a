-- order_rows: every input row with its local day and the first rule that it
-- breaks by itself, null when it breaks none.
--
-- A zoned ordered_at is an instant in UTC and calendar gives its local day; an
-- unzoned one is a local time already, and calendar is empty.
--
-- grain: one row per row of the order files
-- reads: orders_input, calendar, input_limits
select
    orders_input.customer_id,
    orders_input.order_id,
    orders_input.ordered_at,
    case
        when orders_input.ordered_at >= calendar.local_midnight then calendar.day_after
        else coalesce(calendar.day_before, cast(orders_input.ordered_at as date))
    end as order_day,
    -- what cannot be summed is null here, and its reason says why
    case
        when is_finite(orders_input.amount) and abs(orders_input.amount) <= input_limits.max_amount
            then to_minor(orders_input.amount, orders_input.minor_per_unit)
    end as amount_minor,
    -- 0 rather than null where no margin is mapped: sums over a column of known
    -- range are several times cheaper
    case
        when not orders_input.has_margin then 0
        when is_finite(orders_input.margin) and abs(orders_input.margin) <= input_limits.max_amount
            then to_minor(orders_input.margin, orders_input.minor_per_unit)
    end as margin_minor,
    orders_input.channel,
    orders_input.file_number,
    orders_input.file_row,
    case
        when not coalesce(orders_input.is_kept, false) then 'filtered'
        when orders_input.customer_id is null or is_blank(orders_input.customer_id) then 'null_customer'
        when orders_input.ordered_at is null then 'null_time'
        -- also the infinite times that some exporters write for "never"
        when orders_input.ordered_at < input_limits.readable_from
            or orders_input.ordered_at >= input_limits.readable_before then 'unreadable_time'
        when orders_input.amount is null then 'null_amount'
        when isnan(orders_input.amount) then 'nan_amount'
        when not is_finite(orders_input.amount) then 'infinite_amount'
        when abs(orders_input.amount) > input_limits.max_amount then 'amount_out_of_range'
        when orders_input.has_margin and orders_input.margin is null then 'null_margin'
        when orders_input.has_margin
            and (not is_finite(orders_input.margin) or abs(orders_input.margin) > input_limits.max_amount) then 'unusable_margin'
    end as row_reason
from orders_input
cross join input_limits
left join calendar
    on calendar.utc_day = cast(orders_input.ordered_at as date)
