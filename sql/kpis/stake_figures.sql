-- stake_figures: the value that expected dropout takes, and what leaves with the most
-- valuable customers. Nobody has a value without a model: no row of exposure, and every
-- sum is null.
--
-- grain: one row
-- reads: exposure, value_intervals, params
with

sums as (
    select
        cast(sum(customers) as bigint) as customers,
        cast(sum(clv_minor) as bigint) as clv_minor,
        cast(sum(dropout_loss_minor) as bigint) as loss_minor,
        cast(sum(case when mark = 'retain' then customers end) as bigint) as retain_customers,
        cast(sum(case when mark = 'retain' then dropout_loss_minor when mark is not null then 0 end) as bigint)
            as retain_loss_minor,
        cast(sum(case when mark = 'acquisition_lookalike' then customers end) as bigint) as lookalike_customers,
        cast(sum(case when mark = 'acquisition_lookalike' then dropout_loss_minor when mark is not null then 0 end) as bigint)
            as lookalike_loss_minor,
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
),

base as (
    select
        sums.*,
        params.minor_per_unit,
        to_minor(value_intervals.low, params.minor_per_unit) as clv_low_minor,
        to_minor(value_intervals.high, params.minor_per_unit) as clv_high_minor
    from sums
    cross join params
    left join value_intervals
        on value_intervals.scope = 'base'
        and value_intervals.name = 'clv'
),

final as (
    select
        customers as n,
        money(clv_minor, minor_per_unit) as residual_customer_equity,
        money(clv_low_minor, minor_per_unit) as residual_customer_equity_low,
        money(clv_high_minor, minor_per_unit) as residual_customer_equity_high,
        money(loss_minor, minor_per_unit) as dropout_loss,
        cast(loss_minor as double) / nullif(clv_minor + loss_minor, 0) as dropout_loss_share,
        money(retain_loss_minor, minor_per_unit) as retain_dropout_loss,
        retain_customers as retain_dropout_loss_n,
        money(lookalike_loss_minor, minor_per_unit) as lookalike_dropout_loss,
        lookalike_customers as lookalike_dropout_loss_n,
        money(top_1_percent_clv_minor, minor_per_unit) as top_1_percent_clv,
        top_1_percent_customers as top_1_percent_clv_n,
        money(top_1_percent_revenue_minor, minor_per_unit) as top_1_percent_revenue_12m,
        top_1_percent_customers as top_1_percent_revenue_12m_n,
        money(top_5_percent_clv_minor, minor_per_unit) as top_5_percent_clv,
        top_5_percent_customers as top_5_percent_clv_n,
        money(top_5_percent_revenue_minor, minor_per_unit) as top_5_percent_revenue_12m,
        top_5_percent_customers as top_5_percent_revenue_12m_n,
        money(top_ten_clv_minor, minor_per_unit) as top_ten_clv,
        top_ten_customers as top_ten_clv_n,
        money(top_ten_revenue_minor, minor_per_unit) as top_ten_revenue_12m,
        top_ten_customers as top_ten_revenue_12m_n
    from base
)

select * from final
