-- period_activity: what customers did in the last whole quarter and month, and in
-- the same a year before. The 12 months to as_of are not here: customer_totals sums
-- them on the way, since they hold most of the days, and these few.
--
-- grain: one row per (period, customer_id) with a used row in the period or the one before
-- reads: customer_days, compared_periods
with

days as (
    select
        compared_periods.period,
        customer_days.customer_id,
        customer_days.first_purchase_date,
        customer_days.order_day >= compared_periods.starts_on as is_current,
        customer_days.is_purchase,
        customer_days.net_minor
    from customer_days
    inner join compared_periods
        on customer_days.order_day between compared_periods.before_starts_on and compared_periods.ends_on
        and (
            customer_days.order_day <= compared_periods.before_ends_on
            or customer_days.order_day >= compared_periods.starts_on
        )
    where compared_periods.period in ('quarter', 'month')
),

final as (
    select
        period,
        customer_id,
        min(first_purchase_date) as first_purchase_date,
        cast(sum(case when is_current and is_purchase then 1 else 0 end) as bigint) as purchases,
        cast(sum(case when is_current then net_minor else 0 end) as bigint) as revenue_minor,
        cast(sum(case when not is_current and is_purchase then 1 else 0 end) as bigint) as purchases_before,
        cast(sum(case when not is_current then net_minor else 0 end) as bigint) as revenue_before_minor
    from days
    group by period, customer_id
)

select * from final
