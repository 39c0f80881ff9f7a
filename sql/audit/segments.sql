-- segments: what each RFM segment holds, and how its customers are marked.
--
-- grain: one row per segment
-- reads: customers, value_intervals, exposure, params
with

cents as (
    select
        customers.*,
        params.minor_per_unit,
        to_minor(customers.revenue, params.minor_per_unit) as revenue_minor,
        to_minor(customers.margin, params.minor_per_unit) as margin_minor,
        to_minor(customers.clv, params.minor_per_unit) as clv_minor,
        to_minor(customers.lifetime_value, params.minor_per_unit) as lifetime_minor
    from customers
    cross join params
),

sums as (
    select
        as_of,
        segment,
        minor_per_unit,
        count(*) as customers,
        cast(sum(case when is_repeat then 1 else 0 end) as bigint) as repeat_customers,
        cast(sum(purchases) as bigint) as purchases,
        cast(sum(revenue_minor) as bigint) as revenue_minor,
        cast(sum(margin_minor) as bigint) as margin_minor,
        cast(sum(clv_minor) as bigint) as clv_minor,
        cast(sum(lifetime_minor) as bigint) as lifetime_minor,
        cast(sum(case when mark = 'retain' then 1 else 0 end) as bigint) as retain_customers,
        cast(sum(case when mark = 'acquisition_lookalike' then 1 else 0 end) as bigint) as lookalike_customers,
        cast(sum(case when mark = 'retain' then clv_minor when mark is not null then 0 end) as bigint)
            as retain_clv_minor,
        cast(sum(case when mark = 'acquisition_lookalike' then clv_minor when mark is not null then 0 end) as bigint)
            as lookalike_clv_minor,
        cast(sum(case when lifecycle = 'new' then 1 else 0 end) as bigint) as new_customers,
        cast(sum(case when lifecycle = 'active' then 1 else 0 end) as bigint) as active_customers,
        cast(sum(case when lifecycle = 'cooling' then 1 else 0 end) as bigint) as cooling_customers,
        cast(sum(case when lifecycle = 'lapsed' then 1 else 0 end) as bigint) as lapsed_customers,
        cast(sum(case when seed then 1 else 0 end) as bigint) as seed_customers
    from cents
    group by as_of, segment, minor_per_unit
),

totals as (
    select cast(sum(customers) as bigint) as customers
    from sums
),

exposures as (
    select
        segment,
        cast(sum(dropout_loss_minor) as bigint) as dropout_loss_minor,
        cast(sum(top_1_percent_customers) as bigint) as top_1_percent_customers,
        cast(sum(top_1_percent_clv_minor) as bigint) as top_1_percent_clv_minor,
        cast(sum(top_1_percent_revenue_minor) as bigint) as top_1_percent_revenue_minor,
        cast(sum(top_5_percent_customers) as bigint) as top_5_percent_customers,
        cast(sum(top_5_percent_clv_minor) as bigint) as top_5_percent_clv_minor,
        cast(sum(top_5_percent_revenue_minor) as bigint) as top_5_percent_revenue_minor,
        cast(sum(top_ten_customers) as bigint) as top_ten_customers,
        cast(sum(top_ten_clv_minor) as bigint) as top_ten_clv_minor,
        cast(sum(top_ten_revenue_minor) as bigint) as top_ten_revenue_minor
    from exposure
    group by segment
),

final as (
    select
        sums.as_of,
        sums.segment,
        sums.customers,
        cast(sums.customers as double) / nullif(totals.customers, 0) as share_of_customers,
        sums.repeat_customers,
        sums.purchases,
        money(sums.revenue_minor, sums.minor_per_unit) as revenue,
        money(sums.margin_minor, sums.minor_per_unit) as margin,
        money(sums.clv_minor, sums.minor_per_unit) as clv,
        money(to_minor(value_intervals.low, sums.minor_per_unit), sums.minor_per_unit) as clv_low,
        money(to_minor(value_intervals.high, sums.minor_per_unit), sums.minor_per_unit) as clv_high,
        money(fixed_point(cast(sums.clv_minor as double) / nullif(sums.customers, 0), 1), sums.minor_per_unit)
            as mean_clv,
        money(sums.lifetime_minor, sums.minor_per_unit) as lifetime_value,
        sums.retain_customers,
        sums.lookalike_customers,
        money(sums.retain_clv_minor, sums.minor_per_unit) as retain_clv,
        money(sums.lookalike_clv_minor, sums.minor_per_unit) as lookalike_clv,
        sums.new_customers,
        sums.active_customers,
        sums.cooling_customers,
        sums.lapsed_customers,
        sums.seed_customers,
        money(exposures.dropout_loss_minor, sums.minor_per_unit) as dropout_loss,
        cast(exposures.dropout_loss_minor as double) / nullif(sums.clv_minor + exposures.dropout_loss_minor, 0)
            as dropout_loss_share,
        exposures.top_1_percent_customers,
        money(exposures.top_1_percent_clv_minor, sums.minor_per_unit) as top_1_percent_clv,
        money(exposures.top_1_percent_revenue_minor, sums.minor_per_unit) as top_1_percent_revenue_12m,
        exposures.top_5_percent_customers,
        money(exposures.top_5_percent_clv_minor, sums.minor_per_unit) as top_5_percent_clv,
        money(exposures.top_5_percent_revenue_minor, sums.minor_per_unit) as top_5_percent_revenue_12m,
        exposures.top_ten_customers,
        money(exposures.top_ten_clv_minor, sums.minor_per_unit) as top_ten_clv,
        money(exposures.top_ten_revenue_minor, sums.minor_per_unit) as top_ten_revenue_12m
    from sums
    cross join totals
    left join exposures
        on sums.segment = exposures.segment
    left join value_intervals
        on value_intervals.scope = 'segment'
        and sums.segment = value_intervals.name
)

select * from final
