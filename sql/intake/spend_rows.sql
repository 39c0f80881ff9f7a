-- spend_rows: every row of the spend files, classified: the first reason why it
-- is not used, or 'used'. A negative amount is a credit and is netted within its
-- channel and period. An empty channel is an unknown one. No text is null here:
-- see orders on stored texts.
--
-- grain: one row per row of the spend files
-- reads: spend_input, input_limits, params
with

amounts as (
    select
        coalesce(spend_input.channel, '') as channel,
        spend_input.date as spent_at,
        spend_input.amount,
        -- what cannot be summed is null here, and its reason says why
        case
            when is_finite(spend_input.amount) and abs(spend_input.amount) <= input_limits.max_amount
                then to_minor(spend_input.amount, params.minor_per_unit)
        end as amount_minor,
        params.has_spend_currency and coalesce(spend_input.currency, '') <> params.currency as is_other_currency,
        spend_input.file_number,
        spend_input.file_row,
        params.as_of,
        input_limits.max_amount,
        input_limits.readable_from,
        input_limits.readable_before
    from spend_input
    cross join params
    cross join input_limits
),

final as (
    select
        channel,
        spent_at,
        case
            when spent_at >= readable_from and spent_at < readable_before
                then cast(spent_at as date)
        end as spend_day,
        amount_minor,
        file_number,
        file_row,
        case
            when spent_at is null then 'null_date'
            when spent_at < readable_from or spent_at >= readable_before
                then 'unreadable_date'
            when amount is null then 'null_amount'
            when isnan(amount) then 'nan_amount'
            when not is_finite(amount) then 'infinite_amount'
            when abs(amount) > max_amount then 'amount_out_of_range'
            when is_other_currency then 'other_currency'
            when cast(spent_at as date) > as_of then 'after_as_of'
            else 'used'
        end as reason
    from amounts
)

select * from final
