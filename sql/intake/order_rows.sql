-- order_rows: every input row with its money in the currency of the shop, and the first
-- rule that it breaks by itself, null when it breaks none.
--
-- Where no currency is mapped, all money is in that of the shop. rate_days has every day
-- from the one before the first rate to the last rate, so a day outside takes the
-- nearest. Rows of an order whose returns belong to it take the rate of its first day:
-- an order that is given back leaves nothing then.
--
-- grain: one row per row of the order files
-- reads: dated_rows, order_rate_days, rate_days, input_limits
with

converted as (
    select
        dated_rows.*,
        rate_days.currency is not null as has_rates,
        case
            when not dated_rows.has_currency or dated_rows.currency = dated_rows.shop_currency then 1e0
            else rate_days.rate
        end as rate,
        input_limits.max_amount,
        input_limits.readable_from,
        input_limits.readable_before
    from dated_rows
    cross join input_limits
    left join order_rate_days
        on dated_rows.customer_id = order_rate_days.customer_id
        and dated_rows.order_id = order_rate_days.order_id
        and dated_rows.currency = order_rate_days.currency
    left join rate_days
        on dated_rows.currency = rate_days.currency
        and greatest(
            least(coalesce(order_rate_days.first_day, dated_rows.order_day), input_limits.rates_until), input_limits.rates_from
        ) = rate_days.day
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
        -- what rounding moves of an amount that stands with fractions of the minor unit, in
        -- hundredths of one; null where the row is not kept. Most are whole, and spared the
        -- arithmetic, as is what a rate makes of them
        case
            when is_kept and is_finite(amount) and abs(amount * rate) <= max_amount then cast(case
                when amount * minor_per_unit = floor(amount * minor_per_unit) then 0
                else fixed_point(amount * rate * minor_per_unit - to_minor(amount * rate, minor_per_unit), 1e2)
            end as tinyint)
        end as moved_hundredths,
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
        has_version,
        has_attributes,
        is_order_grain,
        nets_by_order,
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
