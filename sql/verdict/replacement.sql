-- replacement: what it is worth to have a new customer instead, less the cost of
-- acquisition: one figure for the base. Cost and value are those of paid channels over
-- the trailing 12 months, or of the one that value.replace_by names: where the next
-- money would go. Else it is the average new customer at the configured cost; else they
-- are taken to pay for their acquisition with the first order.
--
-- New customers are worth what those of the trailing 12 months have shown: their first
-- orders, less what is returned later, and the residual value that follows. Where these
-- are fewer than min_channel_customers, or the model expects fewer than
-- min_newcomer_purchases of them so far, they cannot set the terms of the base, and the
-- model's customer of the first day stands in, of all who were ever acquired.
--
-- grain: one row
-- reads: base_rates, conditional_forecasts, scores, newcomer_worth, channel_costs, channel_values, params
with

modelled as (
    select
        base_rates.first_order_margin,
        base_rates.later_return_share,
        base_rates.newcomers,
        scores.p_alive * conditional_forecasts.spend_mean
            * (base_rates.margin_share * (1 - base_rates.later_return_share)) as margin_if_alive,
        conditional_forecasts.discounted_purchases,
        conditional_forecasts.discounted_purchases_365d
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

-- what the new customers of the trailing 12 months have shown
recent as (
    select
        newcomer_worth.horizon_days = params.horizon_days as is_of_horizon,
        newcomer_worth.horizon_days = params.focus_days as is_of_focus,
        newcomer_worth.customers,
        money(newcomer_worth.first_order_minor, params.minor_per_unit) as first_order,
        money(newcomer_worth.value_minor, params.minor_per_unit) as newcomer_value
    from newcomer_worth
    cross join params
    where newcomer_worth.customers >= params.min_channel_customers
        and (newcomer_worth.is_by_earlier or newcomer_worth.expected_purchases >= params.min_newcomer_purchases)
),

shown as (
    select
        max(case when is_of_horizon then customers end) as customers,
        max(case when is_of_horizon then first_order end) as first_order,
        max(case when is_of_horizon then newcomer_value end) as newcomer_value,
        max(case when is_of_focus then newcomer_value end) as newcomer_value_365d
    from recent
),

new_customer as (
    select
        case when shown.newcomer_value is not null then shown.customers else modelled.newcomers end as newcomers,
        case
            when shown.newcomer_value is not null then shown.first_order * (1 - modelled.later_return_share)
            else modelled.first_order_margin
        end as first_order_margin,
        coalesce(
            shown.newcomer_value - shown.first_order * (1 - modelled.later_return_share),
            modelled.margin_if_alive * modelled.discounted_purchases
        ) as newcomer_clv,
        coalesce(
            shown.newcomer_value_365d - shown.first_order * (1 - modelled.later_return_share),
            modelled.margin_if_alive * modelled.discounted_purchases_365d
        ) as newcomer_clv_365d
    from modelled
    cross join shown
),

bought as (
    select
        channel_costs.channel,
        channel_costs.new_customers,
        money(channel_costs.cac_minor, params.minor_per_unit) as cac,
        money(channel_values.value_minor, params.minor_per_unit) as newcomer_value
    from channel_costs
    cross join params
    inner join channel_values
        on channel_costs.period = channel_values.period
        and channel_costs.period_start = channel_values.period_start
        and channel_costs.scope = channel_values.scope
        and channel_costs.channel = channel_values.channel
        and params.horizon_days = channel_values.horizon_days
    where channel_costs.period = 'trailing_12m'
        and channel_costs.scope = params.replace_scope
        and channel_costs.channel = params.replace_channel
        and channel_costs.cac_reason = ''
        and channel_costs.new_customers >= params.min_channel_customers
        and channel_values.value_minor is not null
),

terms as (
    select
        new_customer.newcomers,
        new_customer.first_order_margin,
        new_customer.newcomer_clv,
        new_customer.newcomer_clv_365d,
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
        on params.replace_channel = bought.channel
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
