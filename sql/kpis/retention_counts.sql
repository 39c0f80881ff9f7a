-- retention_counts: how many of how many customers kept on or fell silent: what
-- Go gives intervals to.
--
-- A repeat customer is silent after more than twice their own usual gap between
-- purchases, t_x / x, without one. Cohorts are those of the 12 months in which
-- everybody has had second_purchase_days to purchase again, and of the 12 before, which are
-- unknown where the files begin too late, or their customers may be old ones.
--
-- grain: one row per metric
-- reads: histories, second_purchases, compared_periods, params
with

silent as (
    select
        coalesce(cast(sum(
            case
                when repeat_purchases * (customer_age_days - age_at_last_purchase_days) > 2 * age_at_last_purchase_days
                    then customers
                else 0
            end
        ) as bigint), 0) as counted,
        coalesce(cast(sum(customers) as bigint), 0) as customers
    from histories
    where repeat_purchases > 0
),

cohorts as (
    select
        compared_periods.is_known,
        compared_periods.is_before_known,
        case when second_purchases.first_purchase_date >= compared_periods.starts_on then 1 else 0 end as is_latest,
        case
            when second_purchases.days_to_second_purchase <= params.second_purchase_days then second_purchases.customers
            else 0
        end as repeaters,
        second_purchases.customers
    from second_purchases
    cross join compared_periods
    cross join params
    where compared_periods.period = 'cohorts_90d'
        and second_purchases.first_purchase_date between compared_periods.before_starts_on and compared_periods.ends_on
),

rates as (
    select
        coalesce(cast(sum(case when is_known then is_latest * repeaters else 0 end) as bigint), 0) as repeaters,
        coalesce(cast(sum(case when is_known then is_latest * customers else 0 end) as bigint), 0) as customers,
        coalesce(cast(sum(case when is_before_known then (1 - is_latest) * repeaters else 0 end) as bigint), 0)
            as repeaters_before,
        coalesce(cast(sum(case when is_before_known then (1 - is_latest) * customers else 0 end) as bigint), 0)
            as customers_before
    from cohorts
),

final as (
    select 'silent_share_of_repeat_customers' as metric, counted, customers from silent
    union all
    select 'repeat_rate_90d_last_12m', repeaters, customers from rates
    union all
    select 'repeat_rate_90d_12m_before', repeaters_before, customers_before from rates
)

select * from final
