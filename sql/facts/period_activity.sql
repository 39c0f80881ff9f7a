-- period_activity: what customers did in the last whole quarter and month, and in
-- those a year before. Apart from customer_totals, because these days are few.
--
-- grain: one row per customer_id with a used row in one of these periods
-- reads: customer_days, compared_periods
with

bounds as (
    select
        max(case when period = 'quarter' then starts_on end) as quarter_from,
        max(case when period = 'quarter' then ends_on end) as quarter_to,
        max(case when period = 'quarter' then before_starts_on end) as quarter_before_from,
        max(case when period = 'quarter' then before_ends_on end) as quarter_before_to,
        max(case when period = 'month' then starts_on end) as month_from,
        max(case when period = 'month' then ends_on end) as month_to,
        max(case when period = 'month' then before_starts_on end) as month_before_from,
        max(case when period = 'month' then before_ends_on end) as month_before_to
    from compared_periods
),

final as (
    select
        customer_days.customer_id,
        cast(sum(case
            when customer_days.is_purchase
                and customer_days.order_day between bounds.quarter_from and bounds.quarter_to then 1
            else 0
        end) as bigint) as purchases_quarter,
        cast(sum(case
            when customer_days.order_day between bounds.quarter_from and bounds.quarter_to then customer_days.net_minor
            else 0
        end) as bigint) as revenue_quarter_minor,
        cast(sum(case
            when customer_days.is_purchase
                and customer_days.order_day between bounds.quarter_before_from and bounds.quarter_before_to then 1
            else 0
        end) as bigint) as purchases_quarter_before,
        cast(sum(case
            when customer_days.order_day between bounds.quarter_before_from and bounds.quarter_before_to then customer_days.net_minor
            else 0
        end) as bigint) as revenue_quarter_before_minor,
        cast(sum(case
            when customer_days.is_purchase
                and customer_days.order_day between bounds.month_from and bounds.month_to then 1
            else 0
        end) as bigint) as purchases_month,
        cast(sum(case
            when customer_days.order_day between bounds.month_from and bounds.month_to then customer_days.net_minor
            else 0
        end) as bigint) as revenue_month_minor,
        cast(sum(case
            when customer_days.is_purchase
                and customer_days.order_day between bounds.month_before_from and bounds.month_before_to then 1
            else 0
        end) as bigint) as purchases_month_before,
        cast(sum(case
            when customer_days.order_day between bounds.month_before_from and bounds.month_before_to then customer_days.net_minor
            else 0
        end) as bigint) as revenue_month_before_minor
    from customer_days
    cross join bounds
    where customer_days.reason = 'used'
        and (
            customer_days.order_day between bounds.quarter_from and bounds.quarter_to
            or customer_days.order_day between bounds.quarter_before_from and bounds.quarter_before_to
            or customer_days.order_day between bounds.month_from and bounds.month_to
            or customer_days.order_day between bounds.month_before_from and bounds.month_before_to
        )
    group by customer_days.customer_id
)

select * from final
