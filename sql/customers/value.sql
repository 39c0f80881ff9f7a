-- value: every customer with the model's outlook and their residual value (clv):
-- discounted expected purchases × expected margin of one, net of later returns.
-- All null where no model could be fitted. Nothing is rounded here.
--
-- grain: one row per customer_id
-- reads: rfm, scores, outlooks, spend_models, base_rates, channel_margins, params
with

scored as (
    select
        rfm.*,
        scores.p_alive,
        scores.p_alive * outlooks.p_purchase_30d as p_purchase_30d,
        scores.p_alive * outlooks.p_purchase_90d as p_purchase_90d,
        scores.p_alive * outlooks.p_purchase_365d as p_purchase_365d,
        scores.p_alive * outlooks.expected_purchases as expected_purchases,
        scores.p_alive * outlooks.discounted_purchases as discounted_purchases,
        outlooks.purchases_per_year as expected_repeat_rate
    from rfm
    left join scores
        on rfm.fit_group = scores.fit_group
        and rfm.repeat_purchases = scores.repeat_purchases
        and rfm.age_at_last_purchase_days = scores.age_at_last_purchase_days
        and rfm.customer_age_days = scores.customer_age_days
    left join outlooks
        on rfm.fit_group = outlooks.fit_group
        and rfm.repeat_purchases = outlooks.repeat_purchases
        and rfm.customer_age_days = outlooks.customer_age_days
),

spending as (
    select
        scored.*,
        -- Fader & Hardie (2013): E[M | x, m̄] = p (γ + x m̄) / (p x + q - 1);
        -- the mean alone where there is no spend model, p being null then
        case
            when scored.repeat_purchases > 0
                then coalesce(
                    spend_models.p
                        * (spend_models.gamma + cast(scored.repeat_revenue_minor as double) / params.minor_per_unit)
                        / nullif(spend_models.p * scored.repeat_purchases + spend_models.q - 1, 0),
                    spend_models.mean
                )
            else spend_models.mean
        end as expected_purchase_value,
        coalesce(channel_margins.margin_share, base_rates.margin_share) * (1 - base_rates.later_return_share)
            as kept_share
    from scored
    cross join params
    cross join base_rates
    left join spend_models
        on scored.repeat_purchases between spend_models.repeats_from and spend_models.repeats_to
    left join channel_margins
        on scored.first_channel = channel_margins.first_channel
),

final as (
    select
        spending.*,
        spending.discounted_purchases * spending.expected_purchase_value * spending.kept_share as clv
    from spending
)

select * from final
