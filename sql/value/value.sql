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
-- Where the pool forecasts how many purchases customers make, they are as good as
-- alive_equivalent customers who are alive, by the family's forecast of these, in place of
-- p_alive: so the family's ratios are kept, and p_alive itself.
--
-- The effects of first purchases multiply how many purchases are expected, by the pool or
-- the family, and what one is worth before any is known: γ of the spend model, and its mean.
-- The chance of a purchase by the family, given alive, is that of so many times as many, and
-- what is spent that of so many times as much.
--
-- What a customer will spend is distributed as spend_scale × W, and W depends on
-- (x, T) alone, given alive: it is that of customers whose purchases all have a positive
-- value, and the scale of others keeps their own mean. spend_share, P(alive), is how
-- likely it is to be that; with the pool see pooled_forecasts. margin_scale turns W into margin, discounted by the
-- ratio of discounted to expected purchases. dropout_loss is what the customers who
-- are alive would bring beyond clv if none of them left within the horizon. What ends
-- in _365d is the same over 365 days, whatever the horizon.
--
-- grain: one row per customer_id
-- reads: own_shares, share_weights, scores, conditional_forecasts, pooled_forecasts, start_factors, start_scale, spend_terms, season_terms, params
with

started as (
    select
        start_factors.customer_id,
        start_factors.purchase_factor * start_scale.purchase_scale as purchase_factor,
        start_factors.spend_factor,
        start_scale.spend_scale
    from start_factors
    inner join start_scale
        on start_factors.fit_group = start_scale.fit_group
        and start_factors.repeat_band = start_scale.repeat_band
),

scored as (
    select
        own_shares.*,
        scores.p_alive,
        coalesce(pooled_forecasts.alive_equivalent, scores.p_alive * coalesce(started.purchase_factor, 1e0)) as alive_equivalent,
        scores.days_to_next_purchase,
        coalesce(
            pooled_forecasts.p_purchase_30d,
            scores.p_alive * chance_times(conditional_forecasts.p_purchase_30d, started.purchase_factor)
        ) as p_purchase_30d,
        coalesce(
            pooled_forecasts.p_purchase_90d,
            scores.p_alive * chance_times(conditional_forecasts.p_purchase_90d, started.purchase_factor)
        ) as p_purchase_90d,
        coalesce(
            pooled_forecasts.p_purchase_365d,
            scores.p_alive * chance_times(conditional_forecasts.p_purchase_365d, started.purchase_factor)
        ) as p_purchase_365d,
        conditional_forecasts.purchases_per_year as expected_repeat_rate,
        conditional_forecasts.discounted_purchases / nullif(conditional_forecasts.expected_purchases, 0) as discount_factor,
        conditional_forecasts.expected_purchases as purchases_if_alive,
        conditional_forecasts.discounted_purchases as discounted_if_alive,
        conditional_forecasts.discounted_purchases_if_kept as discounted_if_alive_and_kept,
        conditional_forecasts.discounted_purchases_365d as discounted_365d_if_alive,
        conditional_forecasts.discounted_purchases_if_kept_365d as discounted_365d_if_alive_and_kept,
        coalesce(pooled_forecasts.spend_low, scores.spend_low) as spend_low,
        coalesce(pooled_forecasts.spend_high, scores.spend_high) as spend_high,
        coalesce(pooled_forecasts.spend_share, scores.p_alive) as spend_share,
        coalesce(pooled_forecasts.spend_ratio, started.purchase_factor, 1e0) as spend_ratio,
        coalesce(pooled_forecasts.spend_none, conditional_forecasts.spend_none) as spend_none,
        coalesce(pooled_forecasts.spend_power, conditional_forecasts.spend_power) as spend_power,
        coalesce(pooled_forecasts.spend_first, conditional_forecasts.spend_first) as spend_first,
        coalesce(pooled_forecasts.spend_step, conditional_forecasts.spend_step) as spend_step,
        coalesce(pooled_forecasts.spend_exceeds, conditional_forecasts.spend_exceeds) as spend_exceeds,
        coalesce(pooled_forecasts.spend_second_moment, conditional_forecasts.spend_second_moment) as spend_second_moment,
        conditional_forecasts.spend_band,
        conditional_forecasts.spend_mean * coalesce(started.spend_factor, 1e0) as spend_mean,
        coalesce(started.spend_scale, 1e0) as start_spend_scale,
        conditional_forecasts.is_spend_mean_fitted,
        conditional_forecasts.p,
        conditional_forecasts.q,
        conditional_forecasts.gamma * coalesce(started.spend_factor, 1e0) as gamma,
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
    left join pooled_forecasts
        on own_shares.customer_id = pooled_forecasts.customer_id
    left join started
        on own_shares.customer_id = started.customer_id
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
        scored.alive_equivalent * scored.purchases_if_alive as expected_purchases,
        scored.alive_equivalent * scored.discounted_if_alive as discounted_purchases,
        scored.alive_equivalent * scored.discounted_if_alive_and_kept as discounted_purchases_if_kept,
        scored.alive_equivalent * scored.discounted_365d_if_alive as discounted_purchases_365d,
        scored.alive_equivalent * scored.discounted_365d_if_alive_and_kept as discounted_purchases_if_kept_365d,
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
        season_terms.purchase_value_ratio * shared.start_spend_scale * purchase_value(
            spend_terms.positive_share, shared.p, shared.q, shared.gamma,
            money(shared.spend_minor, params.minor_per_unit), shared.spend_purchases, shared.spend_mean
        ) as expected_purchase_value,
        season_terms.purchase_value_ratio * shared.start_spend_scale as purchase_value_ratio,
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
        scaled.spend_scale * scaled.kept_share * scaled.discount_factor * scaled.spend_ratio as margin_scale
    from scaled
)

select * from final
