-- start_scale: what leaves the totals of those whom start_factors are of what they are
-- without, by the parameters that they share: their purchases by the family, and what
-- these are worth. Of sums of whole billionths of a purchase and millionths of money. The
-- pool's purchases are scaled by pool_scale.
--
-- grain: one row per fit_group of start_factors
-- reads: start_factors, spend_summary, scores, conditional_forecasts, pooled, spend_terms, params
with

expected as (
    select
        start_factors.fit_group,
        scores.p_alive * conditional_forecasts.expected_purchases as family_purchases,
        start_factors.purchase_factor,
        start_factors.spend_factor,
        pooled.counts_mean,
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
    left join pooled
        on start_factors.customer_id = pooled.customer_id
),

valued as (
    select
        fit_group,
        family_purchases,
        family_purchases * purchase_factor as started_purchases,
        coalesce(counts_mean, family_purchases * purchase_factor) as purchases,
        purchase_value(positive_share, p, q, gamma, spent, spend_purchases, spend_mean) as purchase_worth,
        purchase_value(positive_share, p, q, gamma * spend_factor, spent, spend_purchases, spend_mean * spend_factor) as started_worth
    from expected
),

sums as (
    select
        fit_group,
        cast(sum(fixed_point(family_purchases, 1000000000)) as bigint) as family_billionths,
        cast(sum(fixed_point(started_purchases, 1000000000)) as bigint) as started_billionths,
        cast(sum(fixed_point(purchases * purchase_worth, 1000000)) as bigint) as worth_millionths,
        cast(sum(fixed_point(purchases * started_worth, 1000000)) as bigint) as started_millionths
    from valued
    group by fit_group
),

final as (
    select
        fit_group,
        family_billionths,
        started_billionths,
        -- nobody who is expected to purchase has nothing to be scaled
        coalesce(cast(family_billionths as double) / nullif(started_billionths, 0), 1e0) as purchase_scale,
        coalesce(cast(worth_millionths as double) / nullif(started_millionths, 0), 1e0) as spend_scale
    from sums
)

select * from final
