-- mark_figures: how many customers are to be retained, what they hold of the value to
-- come, and how far the costs of acquisition decide it.
--
-- grain: one row
-- reads: base_sums, value_sums, value_intervals, params
with

-- the marks at other costs of acquisition
others as (
    select
        cast(sum(customers) as bigint) as customers,
        cast(sum(retained_at_lower_cac) as bigint) as retained_at_lower_cac,
        cast(sum(retained_at_higher_cac) as bigint) as retained_at_higher_cac,
        cast(sum(
            case when mark = 'retain' then customers - retained_at_first_order else retained_at_first_order end
        ) as bigint) as changed_at_first_order
    from value_sums
),

intervals as (
    select
        max(case when name = 'retain_clv' then low end) as retain_low,
        max(case when name = 'retain_clv' then high end) as retain_high,
        max(case when name = 'lookalike_clv' then low end) as lookalike_low,
        max(case when name = 'lookalike_clv' then high end) as lookalike_high
    from value_intervals
    where scope = 'mark'
),

base as (
    select
        base_sums.*,
        intervals.*,
        others.customers as marked_customers,
        others.retained_at_lower_cac,
        others.retained_at_higher_cac,
        others.changed_at_first_order,
        params.retention_cost,
        params.minor_per_unit
    from base_sums
    cross join others
    cross join intervals
    cross join params
),

final as (
    select
        valued_customers as n,
        -- without a model nobody is marked: null, not 0
        case when valued_customers is not null then retain_customers end as retain_customers,
        case when valued_customers is not null then lookalike_customers end as lookalike_customers,
        cast(retain_customers as double) / nullif(valued_customers, 0) as retain_share,
        cast(retained_at_lower_cac as double) / nullif(valued_customers, 0) as retain_share_at_cac_75,
        cast(retained_at_higher_cac as double) / nullif(valued_customers, 0) as retain_share_at_cac_125,
        money(retain_clv_minor, minor_per_unit) as retain_clv,
        retain_customers as retain_clv_n,
        money(to_minor(retain_low, minor_per_unit), minor_per_unit) as retain_clv_low,
        money(to_minor(retain_high, minor_per_unit), minor_per_unit) as retain_clv_high,
        money(clv_minor - retain_clv_minor, minor_per_unit) as lookalike_clv,
        lookalike_customers as lookalike_clv_n,
        money(to_minor(lookalike_low, minor_per_unit), minor_per_unit) as lookalike_clv_low,
        money(to_minor(lookalike_high, minor_per_unit), minor_per_unit) as lookalike_clv_high,
        cast(retain_clv_minor as double) / nullif(clv_minor, 0) as retain_share_of_clv,
        retention_cost * retain_customers / nullif(money(retain_clv_minor, minor_per_unit), 0) as breakeven_retention_gain,
        retain_customers as breakeven_retention_gain_n,
        neediest_gain as neediest_breakeven_gain,
        retain_customers as neediest_breakeven_gain_n,
        changed_at_first_order as marks_changed_by_cac,
        coalesce(marked_customers, 0) as marks_changed_by_cac_n
    from base
)

select * from final
