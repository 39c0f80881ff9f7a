-- pooled: the customers' forecasts by the pool, at the total of the family: chances of a
-- purchase, and the node of pooled_spends that their counts are nearest to (spend.Node).
-- Counts are negative binomial, dropout included. By the family's forecast for who is
-- alive, the customers are as good as so many of these: what the pool does not say comes
-- from the family in that proportion. Empty where customers are valued by the family
-- alone. With the effects of first purchases those of a band of repeats have their total.
--
-- grain: one row per customer_id
-- reads: pool_forecasts, pool_scale, pool_terms, start_factors, start_scale
with

scaled as (
    select
        pool_forecasts.*,
        pool_forecasts.started_purchases * pool_scale.scale * coalesce(start_scale.purchase_scale, 1e0) as counts_mean
    from pool_forecasts
    inner join pool_scale
        on pool_forecasts.fit_group = pool_scale.fit_group
    left join start_factors
        on pool_forecasts.customer_id = start_factors.customer_id
    left join start_scale
        on start_factors.fit_group = start_scale.fit_group
        and start_factors.repeat_band = start_scale.repeat_band
),

spread as (
    select
        scaled.*,
        floor(ln(1 + scaled.counts_mean / scaled.counts_size) / pool_terms.spread_step) as spread_place,
        case
            when scaled.repeat_purchases < pool_terms.node_purchases then scaled.repeat_purchases
            else cast(round(exp(
                round(ln(1e0 + scaled.repeat_purchases) / pool_terms.purchase_step) * pool_terms.purchase_step
            )) as bigint) - 1
        end as node_repeats,
        pool_terms.spread_step,
        pool_terms.mean_step
    from scaled
    cross join pool_terms
),

-- θ, the variance over the mean less 1, in the middle of its step
centred as (
    select
        spread.*,
        exp((spread.spread_place + 0.5e0) * spread.spread_step) - 1 as theta
    from spread
),

final as (
    select
        customer_id,
        fit_group,
        repeat_purchases,
        age_at_last_purchase_days,
        customer_age_days,
        counts_size,
        counts_mean,
        p,
        q,
        counts_mean / nullif(purchases_if_alive, 0) as alive_equivalent,
        purchase_chance(counts_size, counts_mean) as p_purchase,
        purchase_chance(counts_size, counts_mean * share_30d) as p_purchase_30d,
        purchase_chance(counts_size, counts_mean * share_90d) as p_purchase_90d,
        purchase_chance(counts_size, counts_mean * share_365d) as p_purchase_365d,
        node_repeats,
        cast(spread_place as bigint) as spread_place,
        cast(floor(
            2 * sqrt(counts_mean / nullif(theta, 0)) * ln(sqrt(theta) + sqrt(1 + theta)) / mean_step
        ) as bigint) as mean_place
    from centred
)

select * from final
