-- order_rows: every input row with its local day, its money in the currency of the
-- shop, the customer that its id was merged into, and the first rule that it breaks by
-- itself, null when it breaks none.
--
-- A zoned ordered_at is an instant in UTC and calendar gives its local day; an
-- unzoned one is a local time already, and calendar is empty. Where no currency is
-- mapped, all money is in that of the shop. rate_days has every day from the one before
-- the first rate to the last rate, so a day outside takes the nearest.
--
-- grain: one row per row of the order files
-- reads: orders_input, calendar, identities, rate_days, input_limits
with

dated as (
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
        orders_input.shop_currency,
        orders_input.minor_per_unit,
        orders_input.file_number,
        orders_input.file_row
    from orders_input
    left join calendar
        on calendar.utc_day = cast(orders_input.ordered_at as date)
    left join identities
        on orders_input.customer_id = identities.from_id
),

converted as (
    select
        dated.*,
        rate_days.currency is not null as has_rates,
        case
            when not dated.has_currency or dated.currency = dated.shop_currency then 1e0
            else rate_days.rate
        end as rate,
        input_limits.max_amount,
        input_limits.readable_from,
        input_limits.readable_before
    from dated
    cross join input_limits
    left join rate_days
        on dated.currency = rate_days.currency
        and greatest(least(dated.order_day, input_limits.rates_until), input_limits.rates_from) = rate_days.day
),

final as (
    select
        customer_id,
        order_id,
        ordered_at,
        order_day,
        -- what cannot be summed is null here, and its reason says why
        case
            when is_finite(amount) and abs(amount * rate) <= max_amount then to_minor(amount * rate, minor_per_unit)
        end as amount_minor,
        -- 0 rather than null where no margin is mapped: sums over a column of known
        -- range are several times cheaper
        case
            when not has_margin then 0
            when is_finite(margin) and abs(margin * rate) <= max_amount then to_minor(margin * rate, minor_per_unit)
        end as margin_minor,
        currency,
        channel,
        version_number,
        versioned_at,
        version_day,
        attribute_1,
        attribute_2,
        attribute_3,
        attribute_4,
        attribute_5,
        attribute_6,
        attribute_7,
        attribute_8,
        file_number,
        file_row,
        case
            when is_kept is null then 'keep_unknown'
            when not is_kept then 'filtered'
            when customer_id is null or is_blank(customer_id) then 'null_customer'
            when ordered_at is null then 'null_time'
            -- also the infinite times that some exporters write for "never"
            when ordered_at < readable_from or ordered_at >= readable_before then 'unreadable_time'
            when amount is null then 'null_amount'
            when isnan(amount) then 'nan_amount'
            when not is_finite(amount) then 'infinite_amount'
            when abs(amount * rate) > max_amount then 'amount_out_of_range'
            when has_margin and margin is null then 'null_margin'
            when has_margin and (not is_finite(margin) or abs(margin * rate) > max_amount) then 'unusable_margin'
            when has_currency and (currency is null or currency = '') then 'null_currency'
            when rate is null and has_rates then 'no_rate'
            when rate is null then 'other_currency'
        end as row_reason
    from converted
)

select * from final
