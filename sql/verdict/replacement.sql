-- replacement: what it is worth to have a new customer instead, less the cost of
-- acquisition: one figure for the base. Cost and value are those of paid channels over
-- the trailing 12 months, or of the one that value.replace_by names: where the next
-- money would go. Else it is the average new customer at the configured cost; else they
-- are taken to pay for their acquisition with the first order.
--
-- A new customer brings the first order of those of the trailing 12 months, less what is
-- returned later, and then what the model's customer of the first day does: times what
-- the new customers of the year before brought over what the model says, to the power 1 /
-- (1 + (s / .2)²), as the same-season ratio has it, s its standard error; and times the
-- level of the latest beside these, as far as it lies beyond chance and beyond what years
-- differ by anyway (newcomer_worth). Each is between 1/3 and 3.
-- Where the latest are fewer than min_channel_customers, first orders are those of all.
--
-- grain: one row
-- reads: base_rates, conditional_forecasts, newcomer_curve, newcomer_worth, channel_costs, channel_values, params
with

modelled as (
    select
        base_rates.first_order_margin,
        base_rates.later_return_share,
        base_rates.newcomers,
        conditional_forecasts.spend_mean * (base_rates.margin_share * (1 - base_rates.later_return_share)) as margin,
        by_horizon.seasonal_millionths / 1e6 as discounted_purchases,
        by_year.purchases_millionths / 1e6 as discounted_purchases_365d,
        -- a year at the most is known of those who came before
        least(by_horizon.purchases_millionths, by_year.purchases_millionths) / 1e6 as comparable_purchases
    from base_rates
    cross join params
    left join conditional_forecasts
        on conditional_forecasts.fit_group = 0
        and conditional_forecasts.repeat_purchases = 0
        and conditional_forecasts.customer_age_days = 0
    left join newcomer_curve as by_horizon
        on by_horizon.fit_group = 0
        and params.horizon_days = by_horizon.age_days
    left join newcomer_curve as by_year
        on by_year.fit_group = 0
        and params.focus_days = by_year.age_days
),

-- what new customers have shown, beside what is expected over the days known of them
recent as (
    select
        newcomer_worth.horizon_days = params.horizon_days as is_of_horizon,
        newcomer_worth.horizon_days = params.focus_days as is_of_focus,
        newcomer_worth.customers >= params.min_channel_customers as is_enough,
        newcomer_worth.customers,
        money(newcomer_worth.first_order_minor, params.minor_per_unit) as first_order,
        -- what came back of first orders is in these already
        money(
            newcomer_worth.later_minor + modelled.later_return_share * newcomer_worth.earlier_first_order_minor,
            params.minor_per_unit
        ) as later,
        modelled.margin * case
            when newcomer_worth.horizon_days = params.horizon_days then modelled.comparable_purchases
            else modelled.discounted_purchases_365d
        end as expected,
        newcomer_worth.later_variance,
        newcomer_worth.level,
        newcomer_worth.level_variance,
        params.newcomer_deviation,
        params.newcomer_errors
    from newcomer_worth
    cross join modelled
    cross join params
),

deviations as (
    select
        is_of_horizon,
        is_of_focus,
        is_enough,
        customers,
        first_order,
        coalesce(
            case when expected > 0 then ln(least(3e0, greatest(1e0 / 3, later / expected))) end
                / (1 + later_variance / (newcomer_deviation * newcomer_deviation)),
            0e0
        )
        + beyond_chance(ln(level), level_variance + newcomer_deviation * newcomer_deviation, newcomer_errors) as deviation
    from recent
),

shown as (
    select
        max(case when is_of_horizon and is_enough then customers end) as customers,
        max(case when is_of_horizon and is_enough then first_order end) as first_order,
        coalesce(max(case when is_of_horizon then deviation end), 0e0) as deviation,
        coalesce(max(case when is_of_focus then deviation end), 0e0) as deviation_365d
    from deviations
),

new_customer as (
    select
        coalesce(shown.customers, modelled.newcomers) as newcomers,
        coalesce(shown.first_order * (1 - modelled.later_return_share), modelled.first_order_margin) as first_order_margin,
        modelled.margin * modelled.discounted_purchases * exp(shown.deviation) as newcomer_clv,
        modelled.margin * modelled.discounted_purchases_365d * exp(shown.deviation_365d) as newcomer_clv_365d
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
