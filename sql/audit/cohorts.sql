-- cohorts: the customers of each first-purchase month at each age in calendar
-- months, up to the month of as_of. The measures of a month that as_of does not
-- complete are null; a whole month in which nothing happened is 0. What was
-- returned before the first purchase counts at age 0.
--
-- grain: one row per (cohort_month, age_months)
-- reads: cohort_activity, months, params
with

-- everybody purchased in the month of their first purchase
sizes as (
    select
        cohort_month,
        cast(sum(active_customers) as bigint) as customers
    from cohort_activity
    where month = cohort_month
    group by cohort_month
),

activity as (
    select
        cohort_month,
        greatest(month, cohort_month) as month,
        -- nobody purchases before their first purchase, so none is added twice
        cast(sum(active_customers) as bigint) as active_customers,
        cast(sum(purchases) as bigint) as purchases,
        cast(sum(revenue_minor) as bigint) as revenue_minor,
        cast(sum(margin_minor) as bigint) as margin_minor
    from cohort_activity
    group by cohort_month, greatest(month, cohort_month)
),

cells as (
    select
        sizes.cohort_month,
        months.month_number - cohort_months.month_number as age_months,
        months.is_whole,
        sizes.customers,
        coalesce(activity.active_customers, 0) as active_customers,
        coalesce(activity.purchases, 0) as purchases,
        coalesce(activity.revenue_minor, 0) as revenue_minor,
        coalesce(activity.margin_minor, 0) as margin_minor
    from sizes
    inner join months as cohort_months
        on sizes.cohort_month = cohort_months.month
    inner join months
        on months.month_number >= cohort_months.month_number
    left join activity
        on sizes.cohort_month = activity.cohort_month
        and months.month = activity.month
),

cumulated as (
    select
        cells.cohort_month,
        cells.age_months,
        cells.is_whole,
        cells.customers,
        cells.active_customers,
        cells.purchases,
        cells.revenue_minor,
        cells.margin_minor,
        cast(
            sum(cells.revenue_minor) over (
                partition by cells.cohort_month
                order by cells.age_months
                rows between unbounded preceding and current row
            ) as bigint
        ) as cumulative_revenue_minor,
        cast(
            sum(cells.margin_minor) over (
                partition by cells.cohort_month
                order by cells.age_months
                rows between unbounded preceding and current row
            ) as bigint
        ) as cumulative_margin_minor
    from cells
),

margins as (
    select
        cumulated.cohort_month,
        cumulated.age_months,
        cumulated.is_whole,
        cumulated.customers,
        cumulated.active_customers,
        cumulated.purchases,
        cumulated.revenue_minor,
        case
            when params.margin_rate is not null then fixed_point(params.margin_rate * cumulated.revenue_minor, 1)
            when params.has_margin then cumulated.margin_minor
        end as margin_minor,
        cast(cumulated.cumulative_revenue_minor as double) / nullif(cumulated.customers, 0) as revenue_minor_each,
        case
            when params.margin_rate is not null then params.margin_rate * cumulated.cumulative_revenue_minor
            when params.has_margin then cast(cumulated.cumulative_margin_minor as double)
        end / nullif(cumulated.customers, 0) as margin_minor_each,
        params.as_of,
        params.minor_per_unit
    from cumulated
    cross join params
),

final as (
    select
        as_of,
        cohort_month,
        age_months,
        customers,
        case when is_whole then active_customers end as active_customers,
        case when is_whole then purchases end as purchases,
        case when is_whole then money(revenue_minor, minor_per_unit) end as revenue,
        case when is_whole then money(margin_minor, minor_per_unit) end as margin,
        case when is_whole then money(fixed_point(revenue_minor_each, 1), minor_per_unit) end
            as cumulative_revenue_per_customer,
        case when is_whole then money(fixed_point(margin_minor_each, 1), minor_per_unit) end
            as cumulative_margin_per_customer
    from margins
)

select * from final
