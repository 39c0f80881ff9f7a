-- margin_curve: what customers have brought by each age in calendar months since their
-- first purchase, and are expected to have brought at the ages to come; in all, by month
-- of first purchase, and by channel where channels are known. A cohort is as old as a
-- month once as_of completes that; beyond, the forecast adds what is expected to what has
-- come so far. What was returned before the first purchase counts at age 0. Months before
-- new_from are left out: their customers may have purchased before.
--
-- grain: one row per (scope, cohort_month, channel, age_months)
-- reads: cohort_activity, cohort_forecasts, forecast_months, months, newcomer_span, params
with

-- everybody purchased in the month of their first purchase
cohorts as (
    select
        cohort_activity.cohort_month,
        cohort_activity.first_channel,
        cohort_activity.active_customers as customers
    from cohort_activity
    cross join newcomer_span
    where cohort_activity.month = cohort_activity.cohort_month
        and cohort_activity.cohort_month >= newcomer_span.new_from
),

activity as (
    select
        cohort_activity.cohort_month,
        cohort_activity.first_channel,
        greatest(cohort_activity.month, cohort_activity.cohort_month) as month,
        cast(sum(
            counted_money(cohort_activity.margin_minor, cohort_activity.revenue_minor, params.margin_rate, params.has_margin)
        ) as bigint) as money_minor
    from cohort_activity
    cross join params
    group by
        cohort_activity.cohort_month,
        cohort_activity.first_channel,
        greatest(cohort_activity.month, cohort_activity.cohort_month)
),

axis as (
    select
        month,
        month_number,
        true as is_past
    from months
    where is_whole
    union all
    select
        month,
        month_number,
        false as is_past
    from forecast_months
),

cells as (
    select
        cohorts.cohort_month,
        cohorts.first_channel,
        cohorts.customers,
        axis.month_number - cohort_months.month_number as age_months,
        axis.is_past,
        -- the part of a month that as_of does not complete is in the first to come
        coalesce(activity.money_minor, 0) as money_minor,
        cohort_forecasts.margin_thousandths
    from cohorts
    inner join months as cohort_months
        on cohorts.cohort_month = cohort_months.month
    inner join axis
        on axis.month_number >= cohort_months.month_number
    left join activity
        on cohorts.cohort_month = activity.cohort_month
        and cohorts.first_channel = activity.first_channel
        and axis.month = activity.month
    left join cohort_forecasts
        on cohorts.cohort_month = cohort_forecasts.cohort_month
        and cohorts.first_channel = cohort_forecasts.first_channel
        and axis.month = cohort_forecasts.month
),

cumulated as (
    select
        cohort_month,
        first_channel,
        customers,
        age_months,
        is_past,
        cast(
            sum(money_minor) over (
                partition by cohort_month, first_channel
                order by age_months
                rows between unbounded preceding and current row
            ) as bigint
        ) as money_minor,
        margin_thousandths
    from cells
),

scoped as (
    select
        'all' as scope,
        cast(null as date) as scope_month,
        cast(null as string) as channel,
        cumulated.*
    from cumulated
    union all
    select
        'cohort' as scope,
        cohort_month as scope_month,
        cast(null as string) as channel,
        cumulated.*
    from cumulated
    union all
    select
        'channel' as scope,
        cast(null as date) as scope_month,
        nullif(cumulated.first_channel, '') as channel,
        cumulated.*
    from cumulated
    cross join params
    where params.has_channel
),

sums as (
    select
        scope,
        scope_month,
        channel,
        age_months,
        cast(sum(case when is_past then customers else 0 end) as bigint) as customers,
        cast(sum(case when is_past then money_minor else 0 end) as bigint) as money_minor,
        cast(sum(customers) as bigint) as all_customers,
        cast(sum(money_minor) as bigint) as all_money_minor,
        cast(sum(margin_thousandths) as bigint) as margin_thousandths
    from scoped
    group by scope, scope_month, channel, age_months
),

forecast as (
    select count(*) as months
    from forecast_months
),

margins as (
    select
        sums.*,
        coalesce(params.margin_rate, 1e0) * sums.money_minor / nullif(sums.customers, 0) as margin_minor_each,
        case
            when forecast.months > 0
                then (coalesce(params.margin_rate, 1e0) * sums.all_money_minor + coalesce(sums.margin_thousandths, 0) / 1e3)
                    / nullif(sums.all_customers, 0)
        end as forecast_minor_each,
        params.as_of,
        params.minor_per_unit
    from sums
    cross join forecast
    cross join params
),

final as (
    select
        as_of,
        scope,
        scope_month as cohort_month,
        channel,
        age_months,
        customers,
        money(fixed_point(margin_minor_each, 1), minor_per_unit) as cumulative_margin_per_customer,
        all_customers as customers_with_forecast,
        money(fixed_point(forecast_minor_each, 1), minor_per_unit) as cumulative_margin_with_forecast_per_customer
    from margins
)

select * from final
