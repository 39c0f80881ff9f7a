-- lens_spread: the first lens: how different the customers are. Those who
-- purchased in the last 12 months by tenths of the revenue they brought, 10 the
-- highest; and what others returned in that time. Null where the files begin too
-- late to know.
--
-- grain: one row per customer_group
-- reads: period_groups, compared_periods
with

groups as (
    select 1 as revenue_decile, 'decile_01' as customer_group
    union all select 2, 'decile_02'
    union all select 3, 'decile_03'
    union all select 4, 'decile_04'
    union all select 5, 'decile_05'
    union all select 6, 'decile_06'
    union all select 7, 'decile_07'
    union all select 8, 'decile_08'
    union all select 9, 'decile_09'
    union all select 10, 'decile_10'
    union all select 0, 'returns'
    union all select -1, 'returns_only'
),

sums as (
    select
        case when customer_group = 'returns_only' then -1 else revenue_decile end as revenue_decile,
        cast(sum(case when revenue_decile > 0 then customers else returners end) as bigint) as customers,
        cast(sum(case when revenue_decile > 0 then customers else 0 end) as bigint) as active_customers,
        cast(sum(purchases) as bigint) as purchases,
        cast(sum(revenue_minor) as bigint) as revenue_minor
    from period_groups
    where period = '12_months'
    group by case when customer_group = 'returns_only' then -1 else revenue_decile end
),

final as (
    select
        compared_periods.period,
        compared_periods.starts_on,
        compared_periods.ends_on,
        groups.customer_group,
        case when compared_periods.is_known then coalesce(sums.customers, 0) end as customers,
        case when compared_periods.is_known then coalesce(sums.active_customers, 0) end as active_customers,
        case when compared_periods.is_known then coalesce(sums.purchases, 0) end as purchases,
        case when compared_periods.is_known then coalesce(sums.revenue_minor, 0) end as revenue_minor
    from groups
    cross join compared_periods
    left join sums
        on groups.revenue_decile = sums.revenue_decile
    where compared_periods.period = '12_months'
)

select * from final
