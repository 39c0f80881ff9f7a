-- period_groups: what became of customers between each of the compared periods and
-- the same a year before: new (first purchase in the period), reactivated (purchased
-- in it and earlier, not in the one before), kept_up, kept_down and kept_even
-- (purchased in both, by the change of their revenue), lost (purchased in the one
-- before only), returns (purchased in neither and returned something), returns_only
-- (have no purchase at all), none (brought nothing in either). Each customer is in
-- one group per comparison. Those who purchased in the last 12 months are in a decile
-- of their revenue in it, 10 the highest; others, and other periods, are in 0.
-- Customers of equal revenue are in one decile. Returners are those who purchased
-- nothing in the period and returned something.
--
-- grain: one row per (period, customer_group, revenue_decile)
-- reads: customer_totals, period_activity, revenue_deciles, compared_periods
with

active as (
    select
        '12_months' as period,
        first_purchase_date,
        purchases_12m as purchases,
        revenue_12m_minor as revenue_minor,
        purchases_12m_before as purchases_before,
        revenue_12m_before_minor as revenue_before_minor
    from customer_totals
    union all
    select
        period,
        first_purchase_date,
        purchases,
        revenue_minor,
        purchases_before,
        revenue_before_minor
    from period_activity
),

grouped as (
    select
        active.period,
        case
            when active.first_purchase_date is null
                and (active.revenue_minor <> 0 or active.revenue_before_minor <> 0) then 'returns_only'
            when active.purchases > 0 and active.purchases_before > 0
                and active.revenue_minor > active.revenue_before_minor then 'kept_up'
            when active.purchases > 0 and active.purchases_before > 0
                and active.revenue_minor < active.revenue_before_minor then 'kept_down'
            when active.purchases > 0 and active.purchases_before > 0 then 'kept_even'
            when active.purchases > 0 and active.first_purchase_date >= compared_periods.starts_on then 'new'
            when active.purchases > 0 then 'reactivated'
            when active.purchases_before > 0 then 'lost'
            when active.revenue_minor <> 0 or active.revenue_before_minor <> 0 then 'returns'
            else 'none'
        end as customer_group,
        case
            when active.period <> '12_months' or active.purchases = 0 then 0
            when active.revenue_minor <= revenue_deciles.decile_1 then 1
            when active.revenue_minor <= revenue_deciles.decile_2 then 2
            when active.revenue_minor <= revenue_deciles.decile_3 then 3
            when active.revenue_minor <= revenue_deciles.decile_4 then 4
            when active.revenue_minor <= revenue_deciles.decile_5 then 5
            when active.revenue_minor <= revenue_deciles.decile_6 then 6
            when active.revenue_minor <= revenue_deciles.decile_7 then 7
            when active.revenue_minor <= revenue_deciles.decile_8 then 8
            when active.revenue_minor <= revenue_deciles.decile_9 then 9
            else 10
        end as revenue_decile,
        active.purchases,
        active.revenue_minor,
        active.purchases_before,
        active.revenue_before_minor
    from active
    inner join compared_periods
        on active.period = compared_periods.period
    cross join revenue_deciles
),

final as (
    select
        period,
        customer_group,
        cast(revenue_decile as bigint) as revenue_decile,
        count(*) as customers,
        cast(sum(case when purchases = 0 and revenue_minor <> 0 then 1 else 0 end) as bigint) as returners,
        cast(sum(purchases) as bigint) as purchases,
        cast(sum(revenue_minor) as bigint) as revenue_minor,
        cast(sum(purchases_before) as bigint) as purchases_before,
        cast(sum(revenue_before_minor) as bigint) as revenue_before_minor
    from grouped
    group by period, customer_group, revenue_decile
)

select * from final
