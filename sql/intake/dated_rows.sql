-- dated_rows: every input row with its local day, its currency as ISO 4217 writes it,
-- and the customer that its id was merged into.
--
-- A zoned ordered_at is an instant in UTC and calendar gives its local day; an
-- unzoned one is a local time already, and calendar is empty.
--
-- grain: one row per row of the order files
-- reads: orders_input, calendar, identities
select
    coalesce(identities.to_id, orders_input.customer_id) as customer_id,
    orders_input.order_id,
    orders_input.ordered_at,
    case
        when orders_input.ordered_at >= calendar.local_midnight then calendar.day_after
        else coalesce(calendar.day_before, cast(orders_input.ordered_at as date))
    end as order_day,
    orders_input.amount,
    orders_input.margin,
    upper(trim(orders_input.currency)) as currency,
    orders_input.channel,
    orders_input.version_number,
    orders_input.versioned_at,
    orders_input.version_day,
    orders_input.attribute_1,
    orders_input.attribute_2,
    orders_input.attribute_3,
    orders_input.attribute_4,
    orders_input.attribute_5,
    orders_input.attribute_6,
    orders_input.attribute_7,
    orders_input.attribute_8,
    orders_input.is_kept,
    orders_input.has_margin,
    orders_input.has_currency,
    orders_input.has_version,
    orders_input.has_attributes,
    orders_input.is_order_grain,
    orders_input.nets_by_order,
    orders_input.shop_currency,
    orders_input.minor_per_unit,
    orders_input.file_number,
    orders_input.file_row
from orders_input
left join calendar
    on calendar.utc_day = cast(orders_input.ordered_at as date)
left join identities
    on orders_input.customer_id = identities.from_id
