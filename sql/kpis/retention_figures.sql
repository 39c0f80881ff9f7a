-- retention_figures: what the base is expected to lose and to bring, whom it
-- gained, and the terms on which to weigh keeping customers against winning them.
-- Null where it cannot be told: without a model, or of a time before the files; of
-- newcomers also before fit_from, where they may be old customers.
--
-- grain: one row per (metric, month)
-- reads: survivors, retention_rates, repeat_rates, exposure, value_intervals, replacement, base_rates, second_purchases, months, compared_periods, channel_costs, params
with

everybody as (
    select
        -- of customers without a value there is nothing to tell
        cast(sum(case when alive is not null then customers end) as bigint) as customers,
        cast(sum(case when alive is not null and is_repeat then customers end) as bigint) as repeat_customers,
        cast(sum(alive) as double) as alive,
        cast(sum(gone_30d) as double) as gone_30d,
        cast(sum(gone_90d) as double) as gone_90d,
        cast(sum(gone_365d) as double) as gone_365d,
        cast(sum(buying_30d) as double) as buying_30d,
        cast(sum(buying_90d) as double) as buying_90d,
        cast(sum(buying_365d) as double) as buying_365d,
        cast(sum(case when is_repeat then buying_30d end) as double) as repeat_buying_30d,
        cast(sum(case when is_repeat then buying_90d end) as double) as repeat_buying_90d,
        cast(sum(case when is_repeat then buying_365d end) as double) as repeat_buying_365d
    from survivors
),

chances as (
    select
        'expected_alive_customers' as metric,
        alive / 1e9 as value,
        'customers' as unit,
        customers as n
    from everybody
    union all select 'expected_churn_30d', gone_30d / nullif(alive, 0), 'share', customers from everybody
    union all select 'expected_churn_90d', gone_90d / nullif(alive, 0), 'share', customers from everybody
    union all select 'expected_churn_365d', gone_365d / nullif(alive, 0), 'share', customers from everybody
    union all select 'sale_chance_all_30d', buying_30d / 1e9 / nullif(customers, 0), 'share', customers from everybody
    union all select 'sale_chance_all_90d', buying_90d / 1e9 / nullif(customers, 0), 'share', customers from everybody
    union all select 'sale_chance_all_365d', buying_365d / 1e9 / nullif(customers, 0), 'share', customers
        from everybody
    union all select 'sale_chance_alive_30d', buying_30d / nullif(alive, 0), 'share', customers from everybody
    union all select 'sale_chance_alive_90d', buying_90d / nullif(alive, 0), 'share', customers from everybody
    union all select 'sale_chance_alive_365d', buying_365d / nullif(alive, 0), 'share', customers from everybody
    union all select 'sale_chance_repeat_30d', repeat_buying_30d / 1e9 / nullif(repeat_customers, 0), 'share',
        repeat_customers from everybody
    union all select 'sale_chance_repeat_90d', repeat_buying_90d / 1e9 / nullif(repeat_customers, 0), 'share',
        repeat_customers from everybody
    union all select 'sale_chance_repeat_365d', repeat_buying_365d / 1e9 / nullif(repeat_customers, 0), 'share',
        repeat_customers from everybody
),

-- nobody has a value without a model: no row of exposure, and every sum is null
at_stake as (
    select
        cast(sum(customers) as bigint) as customers,
        cast(sum(clv_minor) as bigint) as clv_minor,
        cast(sum(dropout_loss_minor) as bigint) as dropout_loss_minor,
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

stakes as (
    select
        'dropout_loss' as metric,
        cast(dropout_loss_minor as double) as minor,
        customers as n
    from at_stake
    union all select 'retain_dropout_loss', retain_loss_minor, retain_customers from at_stake
    union all select 'lookalike_dropout_loss', lookalike_loss_minor, lookalike_customers from at_stake
    union all select 'top_1_percent_clv', top_1_percent_clv_minor, top_1_percent_customers from at_stake
    union all select 'top_1_percent_revenue_12m', top_1_percent_revenue_minor, top_1_percent_customers from at_stake
    union all select 'top_5_percent_clv', top_5_percent_clv_minor, top_5_percent_customers from at_stake
    union all select 'top_5_percent_revenue_12m', top_5_percent_revenue_minor, top_5_percent_customers from at_stake
    union all select 'top_ten_clv', top_ten_clv_minor, top_ten_customers from at_stake
    union all select 'top_ten_revenue_12m', top_ten_revenue_minor, top_ten_customers from at_stake
),

newcomers as (
    select
        cast(sum(second_purchases.customers) as bigint) as customers,
        min(second_purchases.first_purchase_date) as first_day,
        cast(sum(
            case when second_purchases.first_purchase_date >= compared_periods.starts_on then second_purchases.customers else 0 end
        ) as bigint) as last_12m,
        cast(sum(
            case when second_purchases.first_purchase_date < compared_periods.starts_on then second_purchases.customers else 0 end
        ) as bigint) as before,
        max(compared_periods.is_known) as is_known,
        max(compared_periods.is_known and compared_periods.starts_on >= params.fit_from)
            as are_newcomers_known,
        min(second_purchases.is_fitted) as is_everybody_new
    from second_purchases
    cross join compared_periods
    cross join params
    where compared_periods.period = '12_months'
),

growth as (
    select
        'shop_age_days' as metric,
        -- with an old customer in them the files are younger than the shop
        case
            when newcomers.is_everybody_new then cast(day_difference(newcomers.first_day, params.as_of) as double)
        end as value,
        'days' as unit,
        newcomers.customers as n
    from newcomers
    cross join params
    union all
    select 'new_customers_12m', case when are_newcomers_known then last_12m end, 'customers', customers
    from newcomers
    union all
    select 'customers_12m_ago', case when is_known then nullif(before, 0) end, 'customers', customers
    from newcomers
    union all
    select 'base_growth_12m', case when are_newcomers_known then cast(last_12m as double) / nullif(before, 0) end,
        'share', customers
    from newcomers
),

cohorts as (
    select
        cohort_month,
        cast(sum(customers) as bigint) as customers,
        cast(sum(first_order_money_minor) as bigint) as first_order_money_minor
    from second_purchases
    group by cohort_month
),

whole_months as (
    select max(month_number) as last_number
    from months
    where is_whole
),

acquired as (
    select
        months.month,
        coalesce(cohorts.customers, 0) as customers,
        case
            when months.month >= params.fit_from
                then coalesce(cohorts.first_order_money_minor, 0) * coalesce(params.margin_rate, 1e0)
                    * (1 - base_rates.later_return_share)
                    + coalesce(cohorts.customers, 0) * replacement.newcomer_clv * params.minor_per_unit
        end as value_minor
    from months
    cross join whole_months
    cross join base_rates
    cross join replacement
    cross join params
    left join cohorts
        on months.month = cohorts.cohort_month
    where months.is_whole
        and months.month_number > whole_months.last_number - 12
),

final as (
    select
        metric,
        cast(null as date) as month,
        value,
        cast(null as double) as low,
        cast(null as double) as high,
        unit,
        n
    from chances
    union all
    select
        metric,
        cast(null as date) as month,
        value,
        cast(null as double) as low,
        cast(null as double) as high,
        unit,
        n
    from growth
    union all
    select
        retention_rates.metric,
        cast(null as date) as month,
        retention_rates.value,
        retention_rates.low,
        retention_rates.high,
        'share' as unit,
        retention_rates.n
    from retention_rates
    union all
    -- the rate at which newcomers purchase again, beside the chances to sell to others
    select
        concat('sale_chance_newcomer_', cast(repeat_rates.window_days as string), 'd') as metric,
        cast(null as date) as month,
        repeat_rates.rate as value,
        repeat_rates.low,
        repeat_rates.high,
        'share' as unit,
        repeat_rates.customers as n
    from repeat_rates
    where repeat_rates.scope = 'all'
        and repeat_rates.window_days in (30, 90, 365)
    union all
    select
        stakes.metric,
        cast(null as date) as month,
        money(stakes.minor, params.minor_per_unit) as value,
        cast(null as double) as low,
        cast(null as double) as high,
        'money' as unit,
        stakes.n
    from stakes
    cross join params
    union all
    select
        'dropout_loss_share' as metric,
        cast(null as date) as month,
        cast(dropout_loss_minor as double) / nullif(clv_minor + dropout_loss_minor, 0) as value,
        cast(null as double) as low,
        cast(null as double) as high,
        'share' as unit,
        customers as n
    from at_stake
    union all
    select
        'residual_customer_equity' as metric,
        cast(null as date) as month,
        money(at_stake.clv_minor, params.minor_per_unit) as value,
        money(to_minor(value_intervals.low, params.minor_per_unit), params.minor_per_unit) as low,
        money(to_minor(value_intervals.high, params.minor_per_unit), params.minor_per_unit) as high,
        'money' as unit,
        at_stake.customers as n
    from at_stake
    cross join params
    left join value_intervals
        on value_intervals.scope = 'base'
        and value_intervals.name = 'clv'
    union all
    select
        'value_added_by_acquisition_before_cac' as metric,
        acquired.month,
        money(fixed_point(acquired.value_minor, 1), params.minor_per_unit) as value,
        cast(null as double) as low,
        cast(null as double) as high,
        'money' as unit,
        acquired.customers as n
    from acquired
    cross join params
    union all
    -- net of what all acquisition of the month cost; null where spend is not known
    select
        'value_added_by_acquisition' as metric,
        acquired.month,
        case
            when channel_costs.spend_days > 0
                and channel_costs.cac_reason not in ('coarse_spend', 'incomplete_spend', 'net_credit')
                then money(fixed_point(acquired.value_minor - channel_costs.spend_minor, 1), params.minor_per_unit)
        end as value,
        cast(null as double) as low,
        cast(null as double) as high,
        'money' as unit,
        acquired.customers as n
    from acquired
    cross join params
    left join channel_costs
        on channel_costs.period = 'month'
        and channel_costs.scope = 'blended'
        and acquired.month = channel_costs.period_start
)

select * from final
