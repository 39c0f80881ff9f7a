-- focus_figures: what the focus looks at beside the figures of the horizon: value,
-- dropout and what new customers bring per cost over 365 days, whatever the horizon is
-- set to. Intervals are of the spread between customers.
--
-- grain: one row
-- reads: value_sums, replacement, channel_costs, channel_values, params
with

base as (
    select
        cast(sum(customers) as bigint) as customers,
        cast(sum(clv_365d_minor) as bigint) as clv_minor,
        cast(sum(dropout_loss_365d_minor) as bigint) as loss_minor
    from value_sums
),

scopes as (
    select
        channel_costs.scope,
        channel_costs.new_customers,
        nullif(channel_costs.cac_minor, 0) as cac_minor,
        channel_values.value_minor,
        params.interval_z * channel_values.value_error_minor as margin_of_error
    from channel_costs
    cross join params
    inner join channel_values
        on channel_costs.period = channel_values.period
        and channel_costs.period_start = channel_values.period_start
        and channel_costs.scope = channel_values.scope
        and channel_costs.channel = channel_values.channel
        and params.focus_days = channel_values.horizon_days
    where channel_costs.period = 'trailing_12m'
),

final as (
    select
        base.customers as n,
        money(base.clv_minor, params.minor_per_unit) as residual_customer_equity_365d,
        cast(base.loss_minor as double) / nullif(base.clv_minor + base.loss_minor, 0) as dropout_loss_share_365d,
        money(to_minor(replacement.newcomer_clv_365d, params.minor_per_unit), params.minor_per_unit) as newcomer_clv_365d,
        paid.value_minor / paid.cac_minor as predicted_ltv_cac_365d,
        (paid.value_minor - paid.margin_of_error) / paid.cac_minor as predicted_ltv_cac_365d_low,
        (paid.value_minor + paid.margin_of_error) / paid.cac_minor as predicted_ltv_cac_365d_high,
        paid.new_customers as predicted_ltv_cac_365d_n,
        blended.value_minor / blended.cac_minor as predicted_blended_ltv_cac_365d,
        (blended.value_minor - blended.margin_of_error) / blended.cac_minor as predicted_blended_ltv_cac_365d_low,
        (blended.value_minor + blended.margin_of_error) / blended.cac_minor as predicted_blended_ltv_cac_365d_high,
        blended.new_customers as predicted_blended_ltv_cac_365d_n
    from base
    cross join replacement
    cross join params
    left join scopes as paid
        on paid.scope = 'paid'
    left join scopes as blended
        on blended.scope = 'blended'
)

select * from final
