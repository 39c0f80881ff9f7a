-- spend_rows: every row of the spend files, in the currency of the shop, classified:
-- the first reason why it is not used, or 'used'. A negative amount is a credit and is
-- netted within its channel and period. An empty channel is an unknown one. No text is
-- null here: see orders on stored texts; and order_rows on rate_days. Amounts are minor
-- units with four decimals, which are rounded where they are summed.
--
-- grain: one row per row of the spend files
-- reads: spend_input, rate_days, input_limits, params
with

dated as (
    select
        coalesce(spend_input.channel, '') as channel,
        spend_input.date as spent_at,
        case
            when spend_input.date >= input_limits.readable_from and spend_input.date < input_limits.readable_before
                then cast(spend_input.date as date)
        end as spend_day,
        spend_input.amount,
        upper(trim(spend_input.currency)) as currency,
        spend_input.file_number,
        spend_input.file_row,
        input_limits.max_amount,
        input_limits.rates_from,
        input_limits.rates_until,
        params.has_spend_currency,
        params.currency as shop_currency,
        params.minor_per_unit,
        params.as_of
    from spend_input
    cross join params
    cross join input_limits
),

converted as (
    select
        dated.*,
        rate_days.currency is not null as has_rates,
        case
            when not dated.has_spend_currency or dated.currency = dated.shop_currency then 1e0
            else rate_days.rate
        end as rate
    from dated
    left join rate_days
        on dated.currency = rate_days.currency
        and greatest(least(dated.spend_day, dated.rates_until), dated.rates_from) = rate_days.day
),

final as (
    select
        channel,
        spent_at,
        spend_day,
        -- what cannot be summed is null here, and its reason says why
        case
            when is_finite(amount) and abs(amount * rate) <= max_amount then cost_minor(amount * rate, minor_per_unit)
        end as amount_minor,
        file_number,
        file_row,
        case
            when spent_at is null then 'null_date'
            when spend_day is null then 'unreadable_date'
            when amount is null then 'null_amount'
            when isnan(amount) then 'nan_amount'
            when not is_finite(amount) then 'infinite_amount'
            when abs(amount * rate) > max_amount then 'amount_out_of_range'
            when rate is null and has_rates then 'no_rate'
            when rate is null then 'other_currency'
            when spend_day > as_of then 'after_as_of'
            else 'used'
        end as reason
    from converted
)

select * from final
