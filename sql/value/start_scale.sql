-- start_scale: what leaves the totals of those whom start_factors are of what they are
-- without, by the parameters that they share and their band of repeats: how many purchases
-- are expected, by the pool or the family, and what effects on spend make of the worth of
-- these. That purchases go to who spends more or less at a time is left in the money. Who
-- has repeats is selected by the very effects, so that the totals of the bands are better
-- without. Of sums of whole billionths of a purchase and millionths of money.
--
-- grain: one row per (fit_group, repeat_band) of start_factors
-- reads: start_factors, spend_summary, scores, conditional_forecasts, pool_forecasts, pool_scale, spend_terms, params
with

expected as (
    select
        start_factors.fit_group,
        start_factors.repeat_band,
        coalesce(
            pool_forecasts.pool_purchases * pool_scale.scale,
            scores.p_alive * conditional_forecasts.expected_purchases
        ) as purchases,
        coalesce(
            pool_forecasts.started_purchases * pool_scale.scale,
            scores.p_alive * conditional_forecasts.expected_purchases * start_factors.purchase_factor
        ) as started_purchases,
        start_factors.spend_factor,
        conditional_forecasts.p,
        conditional_forecasts.q,
        conditional_forecasts.gamma,
        conditional_forecasts.spend_mean,
        spend_summary.spend_purchases,
        money(spend_summary.spend_minor, params.minor_per_unit) as spent,
        spend_terms.positive_share
    from start_factors
    cross join params
    cross join spend_terms
    left join spend_summary
        on start_factors.customer_id = spend_summary.customer_id
    left join scores
        on start_factors.fit_group = scores.fit_group
        and spend_summary.repeat_purchases = scores.repeat_purchases
        and spend_summary.age_at_last_purchase_days = scores.age_at_last_purchase_days
        and spend_summary.customer_age_days = scores.customer_age_days
    left join conditional_forecasts
        on start_factors.fit_group = conditional_forecasts.fit_group
        and spend_summary.repeat_purchases = conditional_forecasts.repeat_purchases
        and spend_summary.customer_age_days = conditional_forecasts.customer_age_days
    left join pool_forecasts
        on start_factors.customer_id = pool_forecasts.customer_id
    left join pool_scale
        on pool_forecasts.fit_group = pool_scale.fit_group
),

valued as (
    select
        fit_group,
        repeat_band,
        purchases,
        started_purchases,
        purchase_value(positive_share, p, q, gamma, spent, spend_purchases, spend_mean) as purchase_worth,
        purchase_value(positive_share, p, q, gamma * spend_factor, spent, spend_purchases, spend_mean * spend_factor) as started_worth
    from expected
),

sums as (
    select
        fit_group,
        repeat_band,
        cast(sum(fixed_point(purchases, 1000000000)) as bigint) as billionths,
        cast(sum(fixed_point(started_purchases, 1000000000)) as bigint) as started_billionths,
        cast(sum(fixed_point(started_purchases * purchase_worth, 1000000)) as bigint) as worth_millionths,
        cast(sum(fixed_point(started_purchases * started_worth, 1000000)) as bigint) as started_millionths
    from valued
    group by fit_group, repeat_band
),

final as (
    select
        fit_group,
        repeat_band,
        billionths,
        started_billionths,
        -- nobody who is expected to purchase has nothing to be scaled
        coalesce(cast(billionths as double) / nullif(started_billionths, 0), 1e0) as purchase_scale,
        coalesce(cast(worth_millionths as double) / nullif(started_millionths, 0), 1e0) as spend_scale
    from sums
)

select * from final
