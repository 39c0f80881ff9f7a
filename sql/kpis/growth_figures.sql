-- growth_figures: how old the shop is, the customers acquired in the last 12 months, and
-- how the number of those expected to be alive grew within a year. Null of a time before
-- the files, and before new_from, when new customers may be old.
--
-- grain: one row
-- reads: second_purchases, compared_periods, newcomer_span, survivors, alive_year_ago, params
with

gained as (
    select
        cast(sum(second_purchases.customers) as bigint) as customers,
        min(second_purchases.first_purchase_date) as first_day,
        cast(sum(
            case when second_purchases.first_purchase_date >= compared_periods.starts_on then second_purchases.customers else 0 end
        ) as bigint) as last_12m,
        cast(sum(
            case when second_purchases.first_purchase_date < compared_periods.starts_on then second_purchases.customers else 0 end
        ) as bigint) as before,
        max(compared_periods.is_known) as is_known,
        max(compared_periods.is_known and compared_periods.starts_on >= newcomer_span.new_from)
            as are_newcomers_known,
        min(second_purchases.is_new) as is_everybody_new
    from second_purchases
    cross join compared_periods
    cross join newcomer_span
    where compared_periods.period = '12_months'
),

alive_now as (
    select cast(sum(alive) as double) as alive
    from survivors
),

final as (
    select
        gained.customers as n,
        -- with an old customer in them the files are younger than the shop
        case when gained.is_everybody_new then day_difference(gained.first_day, params.as_of) end as shop_age_days,
        case when gained.are_newcomers_known then gained.last_12m end as new_customers_12m,
        case when gained.is_known then nullif(gained.before, 0) end as customers_12m_ago,
        case when gained.are_newcomers_known then cast(gained.last_12m as double) / nullif(gained.before, 0) end
            as base_growth_12m,
        case when gained.are_newcomers_known then nullif(alive_year_ago.alive, 0) / 1e9 end as expected_alive_customers_12m_ago,
        alive_year_ago.customers as expected_alive_customers_12m_ago_n,
        case when gained.are_newcomers_known then alive_now.alive / nullif(alive_year_ago.alive, 0) - 1 end
            as alive_growth_12m
    from gained
    cross join alive_now
    cross join alive_year_ago
    cross join params
)

select * from final
