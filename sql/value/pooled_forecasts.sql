-- pooled_forecasts: the forecasts of pooled, and how what customers will spend is
-- distributed: as at their node, corrected for what rounding to it lost. spend_share
-- takes the chance of a purchase to their own, spend_ratio what those who purchase spend
-- to their own mean, and the second moment is that of their own counts. It all multiplies
-- what the node has, as P(alive) does with the family.
--
-- spend_low and spend_high are read off the node as knots say, in its W.
--
-- grain: one row per customer_id
-- reads: pooled, pooled_spends, pool_terms, spend_terms
with

joined as (
    select
        pooled.*,
        pooled_spends.mean as node_mean,
        pooled_spends.mean * (1 + pooled_spends.mean * (1 + 1 / nullif(pooled_spends.size, 0))) as node_square,
        pooled.counts_mean * (1 + pooled.counts_mean * (1 + 1 / nullif(pooled.counts_size, 0))) as counts_square,
        pooled_spends.spend_none,
        pooled_spends.spend_power,
        pooled_spends.spend_first,
        pooled_spends.spend_step,
        pooled_spends.spend_exceeds,
        pooled_spends.spend_second_moment as node_second_moment,
        -- a purchase is worth p (γ + S) / (p n + q - 1)
        case
            when pooled.node_repeats = pooled.repeat_purchases then 1e0
            else coalesce(
                (pooled.p * (pooled.node_repeats + spend_terms.first_counts) + pooled.q - 1)
                    / nullif(pooled.p * (pooled.repeat_purchases + spend_terms.first_counts) + pooled.q - 1, 0),
                1e0
            )
        end as worth_ratio,
        pool_terms.low_exceeded,
        pool_terms.high_exceeded
    from pooled
    cross join pool_terms
    cross join spend_terms
    inner join pooled_spends
        on pooled.fit_group = pooled_spends.fit_group
        and pooled.node_repeats = pooled_spends.node_repeats
        and pooled.spread_place = pooled_spends.spread_place
        and pooled.mean_place = pooled_spends.mean_place
),

corrected as (
    select
        joined.*,
        p_purchase / nullif(1 - spend_none, 0) as spend_share,
        worth_ratio * coalesce(
            (counts_mean / nullif(p_purchase, 0)) / nullif(node_mean / nullif(1 - spend_none, 0), 0),
            1e0
        ) as spend_ratio,
        -- E[W²] goes with p² E[N²] + p E[N], and with E[N²] where W is N
        worth_ratio * worth_ratio * node_second_moment * coalesce(
            (p * counts_square + counts_mean) / nullif(p * node_square + node_mean, 0),
            counts_square / nullif(node_square, 0)
        ) as second_moment
    from joined
),

located as (
    select
        corrected.*,
        low_exceeded / nullif(spend_share, 0) as low_chance,
        high_exceeded / nullif(spend_share, 0) as high_chance,
        count_above(spend_exceeds, low_exceeded / nullif(spend_share, 0)) as low_knots,
        count_above(spend_exceeds, high_exceeded / nullif(spend_share, 0)) as high_knots
    from corrected
),

final as (
    select
        customer_id,
        alive_equivalent,
        p_purchase_30d,
        p_purchase_90d,
        p_purchase_365d,
        spend_share,
        spend_ratio,
        case
            when p_purchase <= low_exceeded then 0e0
            else power(spend_first + knot_at(spend_exceeds, low_knots, low_chance) * spend_step, 1 / nullif(spend_power, 0))
        end as spend_low,
        case
            when p_purchase <= high_exceeded then 0e0
            else power(spend_first + knot_at(spend_exceeds, high_knots, high_chance) * spend_step, 1 / nullif(spend_power, 0))
        end as spend_high,
        spend_none,
        spend_power,
        spend_first,
        spend_step,
        spend_exceeds,
        -- who makes no purchase spends nothing
        case
            when counts_mean = 0 then 0e0
            else second_moment / nullif(spend_share * spend_ratio * spend_ratio, 0)
        end as spend_second_moment
    from located
)

select * from final
