-- money_adds_up: the customers, with those who only returned, hold the money of
-- the used rows to the minor unit; the segments hold that of the customers.
--
-- grain: one row per rule
-- reads: customers, segments, base_rates, returns_only, row_counts, quarantine, params
with

used as (
    select
        coalesce(cast(sum(case when reason = 'used' then amount_minor else 0 end) as bigint), 0) as amount_minor,
        coalesce(
            cast(sum(case
                when reason not in ('used', 'superseded', 'filtered', 'keep_unknown', 'repeated') then order_rows
                else 0
            end) as bigint), 0
        ) as quarantined_rows
    from row_counts
),

base as (
    select
        count(*) as customers,
        cast(sum(to_minor(customers.revenue, params.minor_per_unit)) as bigint) as revenue_minor,
        cast(sum(to_minor(customers.gross_revenue, params.minor_per_unit)
            + to_minor(customers.returns, params.minor_per_unit)) as bigint) as gross_and_returns_minor,
        coalesce(cast(sum(to_minor(customers.clv, params.minor_per_unit)) as bigint), 0) as clv_minor
    from customers
    cross join params
),

parts as (
    select
        cast(sum(segments.customers) as bigint) as customers,
        cast(sum(to_minor(segments.revenue, params.minor_per_unit)) as bigint) as revenue_minor,
        coalesce(cast(sum(to_minor(segments.clv, params.minor_per_unit)) as bigint), 0) as clv_minor,
        cast(sum(case
            when segments.clv is not null then abs(segments.customers - segments.retain_customers - segments.lookalike_customers)
                + abs(segments.customers - segments.new_customers - segments.active_customers
                    - segments.cooling_customers - segments.lapsed_customers)
            else 0
        end) as bigint) as unmarked
    from segments
    cross join params
),

listed as (
    select count(*) as quarantined_rows
    from quarantine
),

compared as (
    select
        'customers and returns-only hold the used orders (minor units)' as rule,
        base.revenue_minor + returns_only.revenue_minor as got,
        used.amount_minor as want
    from base cross join returns_only cross join used
    union all
    select 'gross revenue and returns make revenue (minor units)', base.gross_and_returns_minor, base.revenue_minor
    from base
    union all
    -- they were grouped by customer_id, so a customer can only be there twice
    -- when a join has added rows
    select 'every customer is there once', base.customers, base_rates.customers
    from base cross join base_rates
    union all
    select 'segments hold the customers', parts.customers, base.customers
    from parts cross join base
    union all
    select 'segments hold the revenue (minor units)', parts.revenue_minor, base.revenue_minor
    from parts cross join base
    union all
    select 'segments hold the clv (minor units)', parts.clv_minor, base.clv_minor
    from parts cross join base
    union all
    select 'every valued customer has a mark and a lifecycle', parts.unmarked, 0
    from parts
    union all
    select 'quarantine lists what was counted', listed.quarantined_rows, used.quarantined_rows
    from listed cross join used
),

final as (
    select
        rule,
        got,
        want,
        cast(null as string) as example
    from compared
)

select * from final
