-- value: every customer with the model's forecast and their residual value (clv):
-- discounted expected purchases × expected margin of one, net of later returns.
-- All null where no model could be fitted. Nothing is rounded here.
--
-- What a customer will spend is distributed as spend_scale × W, and W depends on
-- (x, T) alone, given alive. margin_scale turns W into margin, discounted by the
-- ratio of discounted to expected purchases. dropout_loss is what the customers who
-- are alive would bring beyond clv if none of them left within the horizon. What ends
-- in _365d is the same over 365 days, whatever the horizon.
--
-- grain: one row per customer_id
-- reads: rfm, scores, conditional_forecasts, base_rates, channel_margins, params
with

scored as (
    select
        rfm.*,
        scores.p_alive,
        scores.p_alive * conditional_forecasts.p_purchase_30d as p_purchase_30d,
        scores.p_alive * conditional_forecasts.p_purchase_90d as p_purchase_90d,
        scores.p_alive * conditional_forecasts.p_purchase_365d as p_purchase_365d,
        scores.p_alive * conditional_forecasts.expected_purchases as expected_purchases,
        scores.p_alive * conditional_forecasts.discounted_purchases as discounted_purchases,
        scores.p_alive * conditional_forecasts.discounted_purchases_if_kept as discounted_purchases_if_kept,
        scores.p_alive * conditional_forecasts.discounted_purchases_365d as discounted_purchases_365d,
        scores.p_alive * conditional_forecasts.discounted_purchases_if_kept_365d as discounted_purchases_if_kept_365d,
        conditional_forecasts.purchases_per_year as expected_repeat_rate,
        conditional_forecasts.discounted_purchases / nullif(conditional_forecasts.expected_purchases, 0) as discount_factor,
        scores.spend_low,
        scores.spend_high,
        conditional_forecasts.spend_none,
        conditional_forecasts.spend_power,
        conditional_forecasts.spend_first,
        conditional_forecasts.spend_step,
        conditional_forecasts.spend_exceeds,
        conditional_forecasts.spend_second_moment,
        conditional_forecasts.spend_band,
        conditional_forecasts.spend_mean,
        conditional_forecasts.is_spend_mean_fitted,
        conditional_forecasts.p,
        conditional_forecasts.q,
        conditional_forecasts.gamma,
        scores.sensitivities
    from rfm
    left join scores
        on rfm.fit_group = scores.fit_group
        and rfm.repeat_purchases = scores.repeat_purchases
        and rfm.age_at_last_purchase_days = scores.age_at_last_purchase_days
        and rfm.customer_age_days = scores.customer_age_days
    left join conditional_forecasts
        on rfm.fit_group = conditional_forecasts.fit_group
        and rfm.repeat_purchases = conditional_forecasts.repeat_purchases
        and rfm.customer_age_days = conditional_forecasts.customer_age_days
),

spending as (
    select
        scored.*,
        -- Fader & Hardie (2013): E[M | x, m̄] = p (γ + x m̄) / (p x + q - 1);
        -- the mean alone where there is no spend model, p being null then
        case
            when scored.repeat_purchases > 0
                then coalesce(
                    scored.p * (scored.gamma + money(scored.repeat_revenue_minor, params.minor_per_unit))
                        / nullif(scored.p * scored.repeat_purchases + scored.q - 1, 0),
                    scored.spend_mean
                )
            else scored.spend_mean
        end as expected_purchase_value,
        case
            when scored.p is null then scored.spend_mean
            else scored.gamma + money(scored.repeat_revenue_minor, params.minor_per_unit)
        end as spend_scale,
        coalesce(channel_margins.margin_share, base_rates.margin_share) * (1 - base_rates.later_return_share)
            as kept_share
    from scored
    cross join params
    cross join base_rates
    left join channel_margins
        on scored.first_channel = channel_margins.first_channel
),

final as (
    select
        spending.*,
        spending.discounted_purchases * spending.expected_purchase_value * spending.kept_share as clv,
        (spending.discounted_purchases_if_kept - spending.discounted_purchases) * spending.expected_purchase_value
            * spending.kept_share as dropout_loss,
        spending.discounted_purchases_365d * spending.expected_purchase_value * spending.kept_share as clv_365d,
        (spending.discounted_purchases_if_kept_365d - spending.discounted_purchases_365d) * spending.expected_purchase_value
            * spending.kept_share as dropout_loss_365d,
        spending.spend_scale * spending.kept_share * spending.discount_factor as margin_scale
    from spending
)

select * from final
