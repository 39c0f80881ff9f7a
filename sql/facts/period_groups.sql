-- period_groups: what became of customers between each of the compared periods and
-- the same a year before: new (first purchase in the period), reactivated (purchased
-- in it and earlier, not in the one before), kept_up, kept_down and kept_even
-- (purchased in both, by the change of their revenue), lost (purchased in the one
-- before only), returns (purchased in neither and returned something), returns_only
-- (have no purchase at all), none (did nothing in either). Each customer is in one
-- group per comparison; those who purchased in the last 12 months are in a decile
-- of their revenue in it, 10 the highest, others in 0. Customers of equal revenue
-- are in one decile.
--
-- grain: one row per (revenue_decile, group_12m, group_quarter, group_month)
-- reads: customer_totals, period_activity, revenue_deciles, compared_periods
with

bounds as (
    select
        max(case when period = '12_months' then starts_on end) as year_from,
        max(case when period = 'quarter' then starts_on end) as quarter_from,
        max(case when period = 'month' then starts_on end) as month_from
    from compared_periods
),

-- who is not in period_activity did nothing in those periods
active as (
    select
        customer_totals.first_purchase_date,
        customer_totals.purchases_12m,
        customer_totals.revenue_12m_minor,
        customer_totals.purchases_12m_before,
        customer_totals.revenue_12m_before_minor,
        coalesce(period_activity.purchases_quarter, 0) as purchases_quarter,
        coalesce(period_activity.revenue_quarter_minor, 0) as revenue_quarter_minor,
        coalesce(period_activity.purchases_quarter_before, 0) as purchases_quarter_before,
        coalesce(period_activity.revenue_quarter_before_minor, 0) as revenue_quarter_before_minor,
        coalesce(period_activity.purchases_month, 0) as purchases_month,
        coalesce(period_activity.revenue_month_minor, 0) as revenue_month_minor,
        coalesce(period_activity.purchases_month_before, 0) as purchases_month_before,
        coalesce(period_activity.revenue_month_before_minor, 0) as revenue_month_before_minor
    from customer_totals
    left join period_activity
        on customer_totals.customer_id = period_activity.customer_id
),

grouped as (
    select
        case
            when active.purchases_12m = 0 then 0
            when active.revenue_12m_minor <= revenue_deciles.decile_1 then 1
            when active.revenue_12m_minor <= revenue_deciles.decile_2 then 2
            when active.revenue_12m_minor <= revenue_deciles.decile_3 then 3
            when active.revenue_12m_minor <= revenue_deciles.decile_4 then 4
            when active.revenue_12m_minor <= revenue_deciles.decile_5 then 5
            when active.revenue_12m_minor <= revenue_deciles.decile_6 then 6
            when active.revenue_12m_minor <= revenue_deciles.decile_7 then 7
            when active.revenue_12m_minor <= revenue_deciles.decile_8 then 8
            when active.revenue_12m_minor <= revenue_deciles.decile_9 then 9
            else 10
        end as revenue_decile,
        case
            when active.first_purchase_date is null and (active.revenue_12m_minor <> 0
                or active.revenue_12m_before_minor <> 0) then 'returns_only'
            when active.purchases_12m > 0 and active.purchases_12m_before > 0 then
                case
                    when active.revenue_12m_minor > active.revenue_12m_before_minor then 'kept_up'
                    when active.revenue_12m_minor < active.revenue_12m_before_minor then 'kept_down'
                    else 'kept_even'
                end
            when active.purchases_12m > 0 and active.first_purchase_date >= bounds.year_from then 'new'
            when active.purchases_12m > 0 then 'reactivated'
            when active.purchases_12m_before > 0 then 'lost'
            when active.revenue_12m_minor <> 0 or active.revenue_12m_before_minor <> 0 then 'returns'
            else 'none'
        end as group_12m,
        case
            when active.first_purchase_date is null and (active.revenue_quarter_minor <> 0
                or active.revenue_quarter_before_minor <> 0) then 'returns_only'
            when active.purchases_quarter > 0 and active.purchases_quarter_before > 0 then
                case
                    when active.revenue_quarter_minor > active.revenue_quarter_before_minor then 'kept_up'
                    when active.revenue_quarter_minor < active.revenue_quarter_before_minor then 'kept_down'
                    else 'kept_even'
                end
            when active.purchases_quarter > 0 and active.first_purchase_date >= bounds.quarter_from then 'new'
            when active.purchases_quarter > 0 then 'reactivated'
            when active.purchases_quarter_before > 0 then 'lost'
            when active.revenue_quarter_minor <> 0 or active.revenue_quarter_before_minor <> 0 then 'returns'
            else 'none'
        end as group_quarter,
        case
            when active.first_purchase_date is null and (active.revenue_month_minor <> 0
                or active.revenue_month_before_minor <> 0) then 'returns_only'
            when active.purchases_month > 0 and active.purchases_month_before > 0 then
                case
                    when active.revenue_month_minor > active.revenue_month_before_minor then 'kept_up'
                    when active.revenue_month_minor < active.revenue_month_before_minor then 'kept_down'
                    else 'kept_even'
                end
            when active.purchases_month > 0 and active.first_purchase_date >= bounds.month_from then 'new'
            when active.purchases_month > 0 then 'reactivated'
            when active.purchases_month_before > 0 then 'lost'
            when active.revenue_month_minor <> 0 or active.revenue_month_before_minor <> 0 then 'returns'
            else 'none'
        end as group_month,
        active.purchases_12m,
        active.revenue_12m_minor,
        active.purchases_12m_before,
        active.revenue_12m_before_minor,
        active.purchases_quarter,
        active.revenue_quarter_minor,
        active.purchases_quarter_before,
        active.revenue_quarter_before_minor,
        active.purchases_month,
        active.revenue_month_minor,
        active.purchases_month_before,
        active.revenue_month_before_minor
    from active
    cross join revenue_deciles
    cross join bounds
),

final as (
    select
        cast(revenue_decile as bigint) as revenue_decile,
        group_12m,
        group_quarter,
        group_month,
        count(*) as customers,
        cast(sum(case when purchases_12m = 0 and revenue_12m_minor <> 0 then 1 else 0 end) as bigint)
            as returners_12m,
        cast(sum(purchases_12m) as bigint) as purchases_12m,
        cast(sum(revenue_12m_minor) as bigint) as revenue_12m_minor,
        cast(sum(purchases_12m_before) as bigint) as purchases_12m_before,
        cast(sum(revenue_12m_before_minor) as bigint) as revenue_12m_before_minor,
        cast(sum(purchases_quarter) as bigint) as purchases_quarter,
        cast(sum(revenue_quarter_minor) as bigint) as revenue_quarter_minor,
        cast(sum(purchases_quarter_before) as bigint) as purchases_quarter_before,
        cast(sum(revenue_quarter_before_minor) as bigint) as revenue_quarter_before_minor,
        cast(sum(purchases_month) as bigint) as purchases_month,
        cast(sum(revenue_month_minor) as bigint) as revenue_month_minor,
        cast(sum(purchases_month_before) as bigint) as purchases_month_before,
        cast(sum(revenue_month_before_minor) as bigint) as revenue_month_before_minor
    from grouped
    group by revenue_decile, group_12m, group_quarter, group_month
)

select * from final
