-- replacement: what it is worth to have a new customer instead, less the cost of
-- acquisition. With spend it is that of the paid channel that leaves most
-- over the trailing 12 months, among channels with min_channel_customers or more, so
-- that a handful cannot set the terms of the base: what is worth buying more of.
-- Else it is the average new customer, with the margin of a first order and the
-- residual value that follows it, at the configured cost; else they are taken to
-- pay for their acquisition with the first order.
--
-- grain: one row
-- reads: base_rates, conditional_forecasts, scores, channel_costs, channel_values, params
with

new_customer as (
    select
        base_rates.first_order_margin,
        scores.p_alive * conditional_forecasts.discounted_purchases * conditional_forecasts.spend_mean
            * (base_rates.margin_share * (1 - base_rates.later_return_share)) as newcomer_clv
    from base_rates
    left join scores
        on scores.fit_group = 0
        and scores.repeat_purchases = 0
        and scores.age_at_last_purchase_days = 0
        and scores.customer_age_days = 0
    left join conditional_forecasts
        on conditional_forecasts.fit_group = 0
        and conditional_forecasts.repeat_purchases = 0
        and conditional_forecasts.customer_age_days = 0
),

bought as (
    select
        channel_costs.channel,
        channel_costs.new_customers,
        money(channel_costs.cac_minor, params.minor_per_unit) as cac,
        money(channel_values.value_minor, params.minor_per_unit) as newcomer_value,
        row_number() over (
            order by channel_values.value_minor - channel_costs.cac_minor desc, channel_costs.channel
        ) as channel_rank
    from channel_costs
    inner join channel_values
        on channel_costs.period = channel_values.period
        and channel_costs.period_start = channel_values.period_start
        and channel_costs.scope = channel_values.scope
        and channel_costs.channel = channel_values.channel
    cross join params
    where channel_costs.period = 'trailing_12m'
        and channel_costs.scope = 'channel'
        and channel_costs.cac_reason = ''
        and channel_costs.new_customers >= params.min_channel_customers
        and channel_values.value_minor is not null
),

terms as (
    select
        new_customer.first_order_margin,
        new_customer.newcomer_clv,
        coalesce(bought.newcomer_value, new_customer.first_order_margin + new_customer.newcomer_clv) as newcomer_value,
        coalesce(bought.cac, params.cac, greatest(0e0, new_customer.first_order_margin)) as cac,
        case
            when bought.cac is not null then 'spend'
            when params.cac is not null then 'configured'
            else 'first_order'
        end as cac_source,
        coalesce(bought.channel, '') as cac_channel,
        bought.new_customers as cac_customers,
        params.min_keep_share * greatest(0e0, new_customer.first_order_margin) as keep_floor
    from new_customer
    cross join params
    left join bought
        on bought.channel_rank = 1
),

final as (
    select
        terms.*,
        case
            -- first order and acquisition cancel: subtracting one from the other
            -- would leave a rounding error that decides ties
            when newcomer_clv is null then null
            when cac_source = 'first_order' then greatest(0e0, newcomer_clv)
            else greatest(0e0, newcomer_value - cac)
        end as replacement
    from terms
)

select * from final
