-- base_figures: what the base has brought to date.
--
-- grain: one row
-- reads: base_sums, base_rates, share_weights, returns_only, params
with

weights as (
    select
        max(case when share = 'margin' then weight_purchases end) as margin_share_weight,
        max(case when share = 'return' then weight_purchases end) as return_share_weight
    from share_weights
),

base as (
    select
        base_sums.*,
        base_rates.margin_share,
        base_rates.later_return_share,
        weights.margin_share_weight,
        weights.return_share_weight,
        base_rates.median_days_to_second_purchase,
        base_rates.repeat_newcomers,
        returns_only.customers as returns_only_customers,
        returns_only.revenue_minor as returns_only_minor,
        params.minor_per_unit
    from base_sums
    cross join base_rates
    cross join weights
    cross join returns_only
    cross join params
),

final as (
    select
        customers as n,
        customers,
        repeat_customers,
        purchases,
        money(gross_minor, minor_per_unit) as gross_revenue,
        money(returns_minor, minor_per_unit) as returns,
        money(revenue_minor, minor_per_unit) as revenue,
        money(margin_minor, minor_per_unit) as margin,
        money(historic_minor, minor_per_unit) as historic_margin,
        returns_only_customers,
        returns_only_customers as returns_only_customers_n,
        money(returns_only_minor, minor_per_unit) as returns_only_revenue,
        returns_only_customers as returns_only_revenue_n,
        margin_share,
        later_return_share,
        margin_share_weight,
        return_share_weight,
        median_days_to_second_purchase,
        repeat_newcomers as median_days_to_second_purchase_n
    from base
)

select * from final
