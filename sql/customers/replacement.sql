-- replacement: what it is worth to have the average newcomer instead: the margin
-- of a first order and the residual value that follows it, less the cost of
-- acquisition. Without a configured cost a newcomer is taken to pay for their
-- acquisition with the first order.
--
-- grain: one row
-- reads: base_rates, outlooks, scores, params
with

newcomer as (
    select
        base_rates.first_purchase_value * base_rates.margin_share * (1 - base_rates.later_return_share)
            as first_order_margin,
        scores.p_alive * outlooks.discounted_purchases * outlooks.spend_mean
            * (base_rates.margin_share * (1 - base_rates.later_return_share)) as newcomer_clv
    from base_rates
    left join scores
        on scores.fit_group = 0
        and scores.repeat_purchases = 0
        and scores.age_at_last_purchase_days = 0
        and scores.customer_age_days = 0
    left join outlooks
        on outlooks.fit_group = 0
        and outlooks.repeat_purchases = 0
        and outlooks.customer_age_days = 0
),

final as (
    select
        newcomer.first_order_margin,
        newcomer.newcomer_clv,
        newcomer.first_order_margin + newcomer.newcomer_clv as newcomer_value,
        coalesce(params.cac, newcomer.first_order_margin) as cac,
        case
            -- first order and acquisition cancel: subtracting one from the other
            -- would leave a rounding error that decides ties
            when newcomer.newcomer_clv is null then null
            when params.cac is null then greatest(0e0, newcomer.newcomer_clv)
            else greatest(0e0, newcomer.first_order_margin + newcomer.newcomer_clv - params.cac)
        end as replacement,
        params.min_keep_share * newcomer.first_order_margin as keep_floor
    from newcomer
    cross join params
)

select * from final
