-- channels: what new customers cost, what they bring, and when they have paid
-- back, by period and channel. Intervals are 95 %, by the spread between
-- customers; the cost is taken as known. How the channel's customers compare with others
-- of the same months is of all of them, whatever the period.
--
-- grain: one row per (period, period_start, scope, channel)
-- reads: channel_costs, channel_values, paybacks, first_orders, newcomer_span, params
with

joined as (
    select
        channel_costs.*,
        channel_values.first_order_minor,
        channel_values.value_minor,
        params.interval_z * channel_values.value_error_minor as value_margin_of_error,
        coalesce(channel_values.customers_90, 0) as customers_90,
        channel_values.margin_90_minor,
        params.interval_z * channel_values.margin_90_error_minor as margin_90_margin_of_error,
        coalesce(channel_values.customers_180, 0) as customers_180,
        channel_values.margin_180_minor,
        params.interval_z * channel_values.margin_180_error_minor as margin_180_margin_of_error,
        coalesce(channel_values.customers_365, 0) as customers_365,
        channel_values.margin_365_minor,
        params.interval_z * channel_values.margin_365_error_minor as margin_365_margin_of_error,
        paybacks.payback_days,
        paybacks.payback_reason,
        paybacks.median_payback_days,
        paybacks.median_payback_low,
        paybacks.median_payback_high,
        paybacks.median_payback_reason,
        first_orders.repeat_ratio,
        first_orders.repeat_ratio_low,
        first_orders.repeat_ratio_high,
        first_orders.margin_ratio,
        first_orders.margin_ratio_low,
        first_orders.margin_ratio_high,
        nullif(channel_costs.cac_minor, 0) as divisor,
        params.target_ltv_cac,
        params.has_spend,
        channel_costs.period_start < newcomer_span.new_from as is_before_new_from,
        params.as_of,
        params.minor_per_unit
    from channel_costs
    cross join params
    cross join newcomer_span
    left join channel_values
        on channel_costs.period = channel_values.period
        and channel_costs.period_start = channel_values.period_start
        and channel_costs.scope = channel_values.scope
        and channel_costs.channel = channel_values.channel
        and channel_values.horizon_days = params.horizon_days
    left join paybacks
        on channel_costs.period = paybacks.period
        and channel_costs.period_start = paybacks.period_start
        and channel_costs.scope = paybacks.scope
        and channel_costs.channel = paybacks.channel
    left join first_orders
        on channel_costs.scope = 'channel'
        and first_orders.attribute = 'channel'
        and coalesce(nullif(channel_costs.channel, ''), params.unknown_value) = first_orders.value
),

final as (
    select
        as_of,
        period,
        period_start,
        period_end,
        is_whole,
        scope,
        nullif(channel, '') as channel,
        new_customers,
        case when has_spend then money(spend_minor, minor_per_unit) end as spend,
        money(fixed_point(cac_minor, 1), minor_per_unit) as cac,
        nullif(cac_reason, '') as cac_reason,

        money(fixed_point(first_order_minor, 1), minor_per_unit) as first_order_margin,
        case when has_spend and not is_before_new_from then customers_90 end as customers_90d,
        money(fixed_point(margin_90_minor, 1), minor_per_unit) as margin_90d,
        margin_90_minor / divisor as ltv_cac_90d,
        (margin_90_minor - margin_90_margin_of_error) / divisor as ltv_cac_90d_low,
        (margin_90_minor + margin_90_margin_of_error) / divisor as ltv_cac_90d_high,
        case when has_spend and not is_before_new_from then customers_180 end as customers_180d,
        money(fixed_point(margin_180_minor, 1), minor_per_unit) as margin_180d,
        margin_180_minor / divisor as ltv_cac_180d,
        (margin_180_minor - margin_180_margin_of_error) / divisor as ltv_cac_180d_low,
        (margin_180_minor + margin_180_margin_of_error) / divisor as ltv_cac_180d_high,
        case when has_spend and not is_before_new_from then customers_365 end as customers_365d,
        money(fixed_point(margin_365_minor, 1), minor_per_unit) as margin_365d,
        margin_365_minor / divisor as ltv_cac_365d,
        (margin_365_minor - margin_365_margin_of_error) / divisor as ltv_cac_365d_low,
        (margin_365_minor + margin_365_margin_of_error) / divisor as ltv_cac_365d_high,

        money(fixed_point(value_minor, 1), minor_per_unit) as newcomer_value,
        value_minor / divisor as ltv_cac,
        (value_minor - value_margin_of_error) / divisor as ltv_cac_low,
        (value_minor + value_margin_of_error) / divisor as ltv_cac_high,
        case
            when cac_reason <> '' then cac_reason
            when value_minor is null and first_order_minor is not null then 'unknown_value'
        end as ltv_cac_reason,
        case
            when (value_minor - value_margin_of_error) / divisor >= target_ltv_cac then true
            when (value_minor + value_margin_of_error) / divisor < target_ltv_cac then false
        end as reaches_target,

        payback_days,
        nullif(payback_reason, '') as payback_reason,
        median_payback_days,
        median_payback_low,
        median_payback_high,
        nullif(median_payback_reason, '') as median_payback_reason,

        repeat_ratio,
        repeat_ratio_low,
        repeat_ratio_high,
        margin_ratio,
        margin_ratio_low,
        margin_ratio_high
    from joined
)

select * from final
