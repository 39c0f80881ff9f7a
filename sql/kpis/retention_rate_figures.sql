-- retention_rate_figures: how many of how many customers kept on or fell silent, and
-- how that changed within a year.
--
-- Who is silent is said in survivors. Cohorts are those of the 12 months in which
-- everybody has had second_purchase_days to purchase again, and of the 12 before, which are
-- unknown where the files begin too late, or their customers may be old ones.
--
-- grain: one row
-- reads: survivors, second_purchases, compared_periods, newcomer_span, params
with

silent as (
    select
        coalesce(cast(sum(case when is_silent then customers else 0 end) as bigint), 0) as counted,
        coalesce(cast(sum(customers) as bigint), 0) as customers
    from survivors
    where is_repeat
),

cohorts as (
    select
        compared_periods.is_known and compared_periods.starts_on >= newcomer_span.new_from as is_known,
        compared_periods.is_before_known and compared_periods.before_starts_on >= newcomer_span.new_from
            as is_before_known,
        case when second_purchases.first_purchase_date >= compared_periods.starts_on then 1 else 0 end as is_latest,
        case
            when second_purchases.days_to_second_purchase <= params.second_purchase_days then second_purchases.customers
            else 0
        end as repeaters,
        second_purchases.customers
    from second_purchases
    cross join compared_periods
    cross join newcomer_span
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
    select
        silent.counted as silent_share_of_repeat_customers_counted,
        silent.customers as silent_share_of_repeat_customers_n,
        rates.repeaters as repeat_rate_90d_last_12m_counted,
        rates.customers as repeat_rate_90d_last_12m_n,
        rates.repeaters_before as repeat_rate_90d_12m_before_counted,
        rates.customers_before as repeat_rate_90d_12m_before_n,
        rates.repeaters as repeat_rate_90d_change_counted,
        rates.customers as repeat_rate_90d_change_n,
        rates.repeaters_before as repeat_rate_90d_change_counted_before,
        rates.customers_before as repeat_rate_90d_change_n_before
    from silent
    cross join rates
)

select * from final
