-- year_activity: what the customers who bought in the retention_days before the last
-- retention_days brought then and since, and how many of them bought again (kept).
-- capped_minor counts of each no more than they brought then. Buyers bought in the last
-- retention_days, whoever they are. And what the customers acquired in the trailing 12
-- months brought in these.
--
-- customer_totals has the 12 months to as_of and the 12 before, which have a day more
-- where a February 29 is in them: that day is moved.
--
-- grain: one row
-- reads: customer_totals, customer_days, compared_periods, newcomer_span, params
with

bounds as (
    select
        starts_on,
        before_starts_on,
        days_after(params.as_of, 1 - params.retention_days) as from_day,
        days_after(params.as_of, 1 - 2 * params.retention_days) as before_from_day
    from compared_periods
    cross join params
    where compared_periods.period = '12_months'
),

-- the days that are in one of the two kinds of years and not in the other
turns as (
    select
        starts_on as first_day,
        from_day as end_day,
        cast(-1 as bigint) as moved,
        cast(1 as bigint) as moved_before
    from bounds
    union all
    select
        before_starts_on as first_day,
        before_from_day as end_day,
        cast(0 as bigint) as moved,
        cast(-1 as bigint) as moved_before
    from bounds
),

placed as (
    select
        customer_days.customer_id,
        customer_days.is_purchase,
        customer_days.net_minor,
        turns.moved,
        turns.moved_before
    from customer_days
    cross join turns
    where customer_days.order_day >= turns.first_day
        and customer_days.order_day < turns.end_day
),

moves as (
    select
        customer_id,
        cast(sum(case when is_purchase then moved else 0 end) as bigint) as purchases,
        cast(sum(moved * net_minor) as bigint) as revenue_minor,
        cast(sum(case when is_purchase then moved_before else 0 end) as bigint) as purchases_before,
        cast(sum(moved_before * net_minor) as bigint) as revenue_before_minor
    from placed
    group by customer_id
),

customers as (
    select
        customer_totals.purchases_12m + coalesce(moves.purchases, 0) as purchases,
        customer_totals.revenue_12m_minor + coalesce(moves.revenue_minor, 0) as revenue_minor,
        customer_totals.purchases_12m_before + coalesce(moves.purchases_before, 0) as purchases_before,
        customer_totals.revenue_12m_before_minor + coalesce(moves.revenue_before_minor, 0) as revenue_before_minor,
        case
            when customer_totals.first_purchase_date >= newcomer_span.trailing_from then customer_totals.revenue_12m_minor
            else 0
        end as acquired_minor
    from customer_totals
    cross join newcomer_span
    left join moves
        on customer_totals.customer_id = moves.customer_id
),

final as (
    select
        coalesce(cast(sum(case when purchases > 0 then 1 else 0 end) as bigint), 0) as buyers,
        coalesce(cast(sum(case when purchases_before > 0 then 1 else 0 end) as bigint), 0) as buyers_before,
        coalesce(cast(sum(case when purchases_before > 0 and purchases > 0 then 1 else 0 end) as bigint), 0) as kept,
        coalesce(cast(sum(case when purchases_before > 0 then revenue_before_minor else 0 end) as bigint), 0)
            as revenue_before_minor,
        coalesce(cast(sum(case when purchases_before > 0 then revenue_minor else 0 end) as bigint), 0) as revenue_minor,
        coalesce(cast(sum(
            case when purchases_before > 0 then least(revenue_minor, revenue_before_minor) else 0 end
        ) as bigint), 0) as capped_minor,
        coalesce(cast(sum(acquired_minor) as bigint), 0) as acquired_minor
    from customers
)

select * from final
