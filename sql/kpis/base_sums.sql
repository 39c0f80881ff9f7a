-- base_sums: what the base has brought and what it is worth, added up. Money in minor
-- units and purchases in millionths: whole numbers, whose sum does not depend on the
-- order of its terms. neediest_gain: the largest breakeven_gain of those to retain. valued_customers: all of them, null where no model gives a value.
--
-- grain: one row
-- reads: customers, segments, replacement, params
with

customer_sums as (
    select
        cast(sum(to_minor(customers.gross_revenue, params.minor_per_unit)) as bigint) as gross_minor,
        cast(sum(to_minor(customers.returns, params.minor_per_unit)) as bigint) as returns_minor,
        cast(sum(to_minor(customers.historic_margin, params.minor_per_unit)) as bigint) as historic_minor,
        cast(sum(fixed_point(customers.expected_purchases, 1000000)) as bigint) as expected_purchases_millionths,
        max(case when customers.mark = 'retain' then customers.breakeven_gain end) as neediest_gain
    from customers
    cross join params
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

final as (
    select
        segment_sums.*,
        case when replacement.newcomer_clv is not null then segment_sums.customers end as valued_customers,
        customer_sums.gross_minor,
        customer_sums.returns_minor,
        customer_sums.historic_minor,
        customer_sums.expected_purchases_millionths,
        customer_sums.neediest_gain
    from segment_sums
    cross join customer_sums
    cross join replacement
)

select * from final
