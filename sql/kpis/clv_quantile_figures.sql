-- clv_quantile_figures: the clv below which a share of the customers lies: inverted-CDF
-- quantiles, so that each is what some customer is worth. All null without a model.
--
-- grain: one row
-- reads: clv_counts, params
with

ranked as (
    select
        clv_minor,
        cast(sum(customers) over (
            order by clv_minor
            rows between unbounded preceding and current row
        ) as bigint) as customers_up_to
    from clv_counts
),

totals as (
    select cast(sum(customers) as bigint) as customers
    from clv_counts
),

cuts as (
    select
        min(case when 100 * ranked.customers_up_to >= 10 * totals.customers then ranked.clv_minor end) as minor_10,
        min(case when 100 * ranked.customers_up_to >= 25 * totals.customers then ranked.clv_minor end) as minor_25,
        min(case when 100 * ranked.customers_up_to >= 50 * totals.customers then ranked.clv_minor end) as minor_50,
        min(case when 100 * ranked.customers_up_to >= 75 * totals.customers then ranked.clv_minor end) as minor_75,
        min(case when 100 * ranked.customers_up_to >= 90 * totals.customers then ranked.clv_minor end) as minor_90,
        min(case when 100 * ranked.customers_up_to >= 99 * totals.customers then ranked.clv_minor end) as minor_99
    from ranked
    cross join totals
),

final as (
    select
        totals.customers as n,
        money(cuts.minor_10, params.minor_per_unit) as clv_p10,
        money(cuts.minor_25, params.minor_per_unit) as clv_p25,
        money(cuts.minor_50, params.minor_per_unit) as clv_p50,
        money(cuts.minor_75, params.minor_per_unit) as clv_p75,
        money(cuts.minor_90, params.minor_per_unit) as clv_p90,
        money(cuts.minor_99, params.minor_per_unit) as clv_p99
    from cuts
    cross join totals
    cross join params
)

select * from final
