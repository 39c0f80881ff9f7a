-- value: every customer with the model's forecast and their residual value (clv):
-- discounted expected purchases × expected margin of one, net of later returns.
-- All null where no model could be fitted. Nothing is rounded here.
--
-- What a customer keeps is their own margin share, less their own return share. Each is
-- what is usual and the part of their deviation from it that own_part says.
--
-- The same-season ratio of purchases is in the forecasts of their number; what is left of
-- that of money is in the value of one.
--
-- What a customer will spend is distributed as spend_scale × W, and W depends on
-- (x, T) alone, given alive: it is that of customers whose purchases all have a positive
-- value, and the scale of others keeps their own mean. margin_scale turns W into margin, discounted by the
-- ratio of discounted to expected purchases. dropout_loss is what the customers who
-- are alive would bring beyond clv if none of them left within the horizon. What ends
-- in _365d is the same over 365 days, whatever the horizon.
--
-- grain: one row per customer_id
-- reads: own_shares, share_weights, scores, conditional_forecasts, spend_terms, season_terms, params
with

scored as (
    select
        own_shares.*,
        scores.p_alive,
        scores.days_to_next_purchase,
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
    from own_shares
    left join scores
        on own_shares.fit_group = scores.fit_group
        and own_shares.repeat_purchases = scores.repeat_purchases
        and own_shares.age_at_last_purchase_days = scores.age_at_last_purchase_days
        and own_shares.customer_age_days = scores.customer_age_days
    left join conditional_forecasts
        on own_shares.fit_group = conditional_forecasts.fit_group
        and own_shares.repeat_purchases = conditional_forecasts.repeat_purchases
        and own_shares.customer_age_days = conditional_forecasts.customer_age_days
),

weights as (
    select
        max(case when share = 'margin' then weight_purchases end) as margin_weight,
        max(case when share = 'margin' then variance end) as margin_variance,
        coalesce(max(case when share = 'margin' then usual_shift end), 0e0) as margin_shift,
        max(case when share = 'return' then weight_purchases end) as return_weight,
        max(case when share = 'return' then variance end) as return_variance,
        coalesce(max(case when share = 'return' then usual_shift end), 0e0) as return_shift
    from share_weights
),

shared as (
    select
        scored.*,
        weights.margin_weight,
        weights.margin_variance,
        weights.return_weight,
        weights.return_variance,
        scored.usual_margin_share + weights.margin_shift as usual_margin,
        scored.margin_deviation - weights.margin_shift as own_margin,
        scored.usual_return_share + weights.return_shift as usual_return,
        scored.return_deviation - weights.return_shift as own_return
    from scored
    cross join weights
),

spending as (
    select
        shared.*,
        -- Fader & Hardie (2013), of n purchases that add up to S: E[M | n, S] =
        -- p (γ + S) / (p n + q - 1), of those worth anything; the mean alone where there
        -- is no spend model, p being null then
        season_terms.purchase_value_ratio * case
            when shared.spend_purchases > 0
                then coalesce(
                    spend_terms.positive_share
                        * shared.p * (shared.gamma + money(shared.spend_minor, params.minor_per_unit))
                        / nullif(shared.p * shared.spend_purchases + shared.q - 1, 0),
                    shared.spend_mean
                )
            else shared.spend_mean
        end as expected_purchase_value,
        season_terms.purchase_value_ratio,
        shared.repeat_purchases + spend_terms.first_counts as shape_purchases,
        spend_terms.positive_share,
        shared.usual_margin + shared.own_margin * own_part(
            shared.own_margin, shared.margin_purchases, shared.margin_variance, shared.margin_weight, params.own_share_errors
        ) as margin_share,
        shared.usual_return + shared.own_return * own_part(
            shared.own_return, shared.return_purchases, shared.return_variance, shared.return_weight, params.own_share_errors
        ) as return_share
    from shared
    cross join params
    cross join spend_terms
    cross join season_terms
),

scaled as (
    select
        spending.*,
        spending.margin_share * (1 - spending.return_share) as kept_share,
        case
            when spending.p is null then spending.purchase_value_ratio * spending.spend_mean
            when spending.spend_purchases = spending.shape_purchases
                then spending.purchase_value_ratio * spending.positive_share * (spending.gamma + money(spending.spend_minor, params.minor_per_unit))
            -- W has the mean p / (p n + q - 1) for each purchase to come
            else spending.expected_purchase_value * (spending.p * spending.shape_purchases + spending.q - 1) / spending.p
        end as spend_scale
    from spending
    cross join params
),

final as (
    select
        scaled.*,
        scaled.discounted_purchases * scaled.expected_purchase_value * scaled.kept_share as clv,
        (scaled.discounted_purchases_if_kept - scaled.discounted_purchases) * scaled.expected_purchase_value
            * scaled.kept_share as dropout_loss,
        scaled.discounted_purchases_365d * scaled.expected_purchase_value * scaled.kept_share as clv_365d,
        (scaled.discounted_purchases_if_kept_365d - scaled.discounted_purchases_365d) * scaled.expected_purchase_value
            * scaled.kept_share as dropout_loss_365d,
        scaled.spend_scale * scaled.kept_share * scaled.discount_factor as margin_scale
    from scaled
)

select * from final
