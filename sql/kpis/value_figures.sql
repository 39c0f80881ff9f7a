-- value_figures: what the base is expected to bring over the horizon, and in which
-- lifecycle its customers are.
--
-- grain: one row
-- reads: base_sums, value_intervals, params
with

base as (
    select
        base_sums.*,
        params.minor_per_unit,
        to_minor(value_intervals.low, params.minor_per_unit) as clv_low_minor,
        to_minor(value_intervals.high, params.minor_per_unit) as clv_high_minor
    from params
    -- without a model nothing is known of these: null, not 0
    left join base_sums
        on base_sums.valued_customers is not null
    left join value_intervals
        on value_intervals.scope = 'base'
        and value_intervals.name = 'clv'
),

final as (
    select
        valued_customers as n,
        expected_purchases_millionths / 1e6 as expected_purchases,
        money(clv_minor, minor_per_unit) as clv,
        money(clv_low_minor, minor_per_unit) as clv_low,
        money(clv_high_minor, minor_per_unit) as clv_high,
        money(lifetime_minor, minor_per_unit) as lifetime_value,
        new_customers,
        active_customers,
        cooling_customers,
        lapsed_customers,
        seed_customers
    from base
)

select * from final
