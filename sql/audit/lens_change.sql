-- lens_change: the second lens: what became of customers from one period to the
-- next, and what that made of revenue. See period_groups for the groups; none is
-- left out, so they add up to both periods' money. Null where the files begin too
-- late to know the earlier one.
--
-- grain: one row per (period, customer_group)
-- reads: period_groups, compared_periods
with

groups as (
    select 'new' as customer_group
    union all select 'reactivated'
    union all select 'kept_up'
    union all select 'kept_down'
    union all select 'kept_even'
    union all select 'lost'
    union all select 'returns'
    union all select 'returns_only'
),

sums as (
    select
        period,
        customer_group,
        cast(sum(customers) as bigint) as customers,
        cast(sum(purchases) as bigint) as purchases,
        cast(sum(revenue_minor) as bigint) as revenue_minor,
        cast(sum(purchases_before) as bigint) as purchases_before,
        cast(sum(revenue_before_minor) as bigint) as revenue_before_minor
    from period_groups
    group by period, customer_group
),

final as (
    select
        compared_periods.period,
        compared_periods.starts_on,
        compared_periods.ends_on,
        compared_periods.before_starts_on,
        compared_periods.before_ends_on,
        groups.customer_group,
        case when compared_periods.is_before_known then coalesce(sums.customers, 0) end as customers,
        case
            when not compared_periods.is_before_known then null
            when groups.customer_group in ('lost', 'returns', 'returns_only') then 0
            else coalesce(sums.customers, 0)
        end as active_customers,
        case when compared_periods.is_before_known then coalesce(sums.purchases, 0) end as purchases,
        case when compared_periods.is_before_known then coalesce(sums.revenue_minor, 0) end as revenue_minor,
        case when compared_periods.is_before_known then coalesce(sums.purchases_before, 0) end as purchases_before,
        case when compared_periods.is_before_known then coalesce(sums.revenue_before_minor, 0) end as revenue_before_minor
    from compared_periods
    cross join groups
    left join sums
        on compared_periods.period = sums.period
        and groups.customer_group = sums.customer_group
    where compared_periods.period in ('12_months', 'quarter', 'month')
)

select * from final
