-- kpis: the figures of the base, in long form. An interval (low, high) stands
-- where one is known; n is the number of customers behind the figure. Figures of
-- the base to date have no month, those of all customers no channel.
--
-- grain: one row per (metric, month, channel)
-- reads: customers, segments, value_sums, value_intervals, replacement, base_rates, repeat_rates, returning_shares, retention_figures, acquisition_kpis, returns_only, params
with

customer_sums as (
    select
        cast(sum(to_minor(customers.gross_revenue, params.minor_per_unit)) as bigint) as gross_minor,
        cast(sum(to_minor(customers.returns, params.minor_per_unit)) as bigint) as returns_minor,
        cast(sum(to_minor(customers.historic_margin, params.minor_per_unit)) as bigint) as historic_minor,
        -- millionths, so that the sum does not depend on the order of its terms
        cast(sum(fixed_point(customers.expected_purchases, 1000000)) as bigint) as expected_purchases_millionths
    from customers
    cross join params
),

other_costs as (
    select
        cast(sum(retained_at_lower_cac) as bigint) as retained_at_lower_cac,
        cast(sum(retained_at_higher_cac) as bigint) as retained_at_higher_cac
    from value_sums
),

segment_sums as (
    select
        cast(sum(segments.customers) as bigint) as customers,
        cast(sum(segments.repeat_customers) as bigint) as repeat_customers,
        cast(sum(segments.purchases) as bigint) as purchases,
        cast(sum(to_minor(segments.revenue, params.minor_per_unit)) as bigint) as revenue_minor,
        cast(sum(to_minor(segments.margin, params.minor_per_unit)) as bigint) as margin_minor,
        cast(sum(to_minor(segments.clv, params.minor_per_unit)) as bigint) as clv_minor,
        cast(sum(to_minor(segments.lifetime_value, params.minor_per_unit)) as bigint) as lifetime_minor,
        cast(sum(segments.retain_customers) as bigint) as retain_customers,
        cast(sum(segments.lookalike_customers) as bigint) as lookalike_customers,
        cast(sum(to_minor(segments.retain_clv, params.minor_per_unit)) as bigint) as retain_clv_minor,
        cast(sum(segments.new_customers) as bigint) as new_customers,
        cast(sum(segments.active_customers) as bigint) as active_customers,
        cast(sum(segments.cooling_customers) as bigint) as cooling_customers,
        cast(sum(segments.lapsed_customers) as bigint) as lapsed_customers,
        cast(sum(segments.seed_customers) as bigint) as seed_customers
    from segments
    cross join params
),

-- one row with everything, so that each metric below is one line
base as (
    select
        segment_sums.*,
        customer_sums.*,
        other_costs.*,
        replacement.*,
        base_rates.margin_share,
        base_rates.later_return_share,
        base_rates.median_days_to_second_purchase,
        base_rates.newcomers,
        base_rates.repeat_newcomers,
        returns_only.customers as returns_only_customers,
        returns_only.revenue_minor as returns_only_minor,
        params.retention_cost,
        params.minor_per_unit,
        case when replacement.newcomer_clv is not null then segment_sums.customers end as valued_customers
    from segment_sums
    cross join customer_sums
    cross join other_costs
    cross join replacement
    cross join base_rates
    cross join returns_only
    cross join params
),

metrics as (
    select 'customers' as metric, cast(customers as double) as value, 'customers' as unit, customers as n from base
    union all select 'repeat_customers', repeat_customers, 'customers', customers from base
    union all select 'purchases', purchases, 'purchases', customers from base
    union all select 'gross_revenue', money(gross_minor, minor_per_unit), 'money', customers from base
    union all select 'returns', money(returns_minor, minor_per_unit), 'money', customers from base
    union all select 'revenue', money(revenue_minor, minor_per_unit), 'money', customers from base
    union all select 'margin', money(margin_minor, minor_per_unit), 'money', customers from base
    union all select 'returns_only_customers', returns_only_customers, 'customers', returns_only_customers from base
    union all select 'returns_only_revenue', money(returns_only_minor, minor_per_unit), 'money', returns_only_customers
        from base
    union all select 'median_days_to_second_purchase', median_days_to_second_purchase, 'days', repeat_newcomers
        from base
    union all select 'margin_share', margin_share, 'share', customers from base
    union all select 'later_return_share', later_return_share, 'share', customers from base
    union all select 'expected_purchases', expected_purchases_millionths / 1e6, 'purchases', valued_customers from base
    union all select 'clv', money(clv_minor, minor_per_unit), 'money', valued_customers from base
    union all select 'historic_margin', money(historic_minor, minor_per_unit), 'money', customers from base
    union all select 'lifetime_value', money(lifetime_minor, minor_per_unit), 'money', valued_customers from base
    union all select 'retain_customers', retain_customers, 'customers', valued_customers from base
    union all select 'lookalike_customers', lookalike_customers, 'customers', valued_customers from base
    union all select 'retain_share', cast(retain_customers as double) / nullif(valued_customers, 0), 'share',
        valued_customers from base
    union all select 'retain_share_at_cac_75', cast(retained_at_lower_cac as double) / nullif(valued_customers, 0),
        'share', valued_customers from base
    union all select 'retain_share_at_cac_125', cast(retained_at_higher_cac as double) / nullif(valued_customers, 0),
        'share', valued_customers from base
    union all select 'retain_clv', money(retain_clv_minor, minor_per_unit), 'money', retain_customers from base
    union all select 'lookalike_clv', money(clv_minor - retain_clv_minor, minor_per_unit), 'money', lookalike_customers
        from base
    union all select 'retain_share_of_clv', cast(retain_clv_minor as double) / nullif(clv_minor, 0), 'share',
        valued_customers from base
    union all select 'breakeven_retention_gain',
        retention_cost * retain_customers / nullif(money(retain_clv_minor, minor_per_unit), 0), 'share', retain_customers
        from base
    union all select 'new_customers', new_customers, 'customers', valued_customers from base
    union all select 'active_customers', active_customers, 'customers', valued_customers from base
    union all select 'cooling_customers', cooling_customers, 'customers', valued_customers from base
    union all select 'lapsed_customers', lapsed_customers, 'customers', valued_customers from base
    union all select 'seed_customers', seed_customers, 'customers', valued_customers from base
    union all select 'first_order_margin', money(to_minor(first_order_margin, minor_per_unit), minor_per_unit), 'money',
        newcomers from base
    union all select 'newcomer_clv', money(to_minor(newcomer_clv, minor_per_unit), minor_per_unit), 'money', customers
        from base
    union all select 'newcomer_value', money(to_minor(newcomer_value, minor_per_unit), minor_per_unit), 'money', customers
        from base
    union all select 'cac', money(to_minor(cac, minor_per_unit), minor_per_unit), 'money', customers from base
    union all select 'replacement', money(to_minor(replacement, minor_per_unit), minor_per_unit), 'money', customers
        from base
    union all select 'keep_floor', money(to_minor(keep_floor, minor_per_unit), minor_per_unit), 'money', customers from base
),

final as (
    select
        params.as_of,
        metrics.metric,
        cast(null as date) as month,
        cast(null as string) as channel,
        -- a base without a model has no value to tell: null, not 0
        case when metrics.n is not null then metrics.value end as value,
        money(to_minor(value_intervals.low, params.minor_per_unit), params.minor_per_unit) as low,
        money(to_minor(value_intervals.high, params.minor_per_unit), params.minor_per_unit) as high,
        metrics.unit,
        metrics.n
    from metrics
    cross join params
    left join value_intervals
        on value_intervals.scope in ('base', 'mark')
        and metrics.metric = value_intervals.name
    union all
    select
        params.as_of,
        case
            when repeat_rates.window_days is null then 'repeat_rate'
            else concat('repeat_rate_', cast(repeat_rates.window_days as string), 'd')
        end as metric,
        cast(null as date) as month,
        cast(null as string) as channel,
        repeat_rates.rate as value,
        repeat_rates.low,
        repeat_rates.high,
        'share' as unit,
        repeat_rates.customers as n
    from repeat_rates
    cross join params
    where repeat_rates.scope = 'all'
    union all
    select
        params.as_of,
        returning_shares.metric,
        returning_shares.month,
        returning_shares.channel,
        returning_shares.value,
        cast(null as double) as low,
        cast(null as double) as high,
        'share' as unit,
        returning_shares.n
    from returning_shares
    cross join params
    union all
    select
        params.as_of,
        retention_figures.metric,
        retention_figures.month,
        cast(null as string) as channel,
        retention_figures.value,
        retention_figures.low,
        retention_figures.high,
        retention_figures.unit,
        retention_figures.n
    from retention_figures
    cross join params
    union all
    select
        params.as_of,
        acquisition_kpis.metric,
        cast(null as date) as month,
        acquisition_kpis.channel,
        acquisition_kpis.value,
        acquisition_kpis.low,
        acquisition_kpis.high,
        acquisition_kpis.unit,
        acquisition_kpis.n
    from acquisition_kpis
    cross join params
)

select * from final
