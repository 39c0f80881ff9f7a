-- newcomer_years: what the new customers of the trailing year brought, and those of the
-- year before it, by how long ago they came: in bands of 30 days of how many days before
-- the end of their year, so that the two years are compared at the same ages and in the
-- same season. is_by_then is what the earlier ones had brought when their year ended, as
-- the others have now. money_minor is revenue where margin is a share of it or is not
-- known; what moved before the first purchase counts at age 0; purchases are repeats.
--
-- grain: one row per (is_earlier, age_band, age_days, is_by_then)
-- reads: customer_days, summary, params
with

newcomers as (
    select
        summary.customer_id,
        summary.first_purchase_date,
        day_difference(summary.first_purchase_date, params.as_of) >= 365 as is_earlier
    from summary
    cross join params
    where summary.is_fitted
        and not summary.is_old
        and day_difference(summary.first_purchase_date, params.as_of) < 730
),

days as (
    select
        newcomers.is_earlier,
        year_band(day_difference(newcomers.first_purchase_date, params.as_of)) as age_band,
        greatest(cast(0 as bigint), day_difference(newcomers.first_purchase_date, customer_days.order_day)) as age_days,
        day_difference(customer_days.order_day, params.as_of) >= case when newcomers.is_earlier then 365 else 0 end
            as is_by_then,
        case when customer_days.is_purchase and customer_days.order_day > newcomers.first_purchase_date then 1 else 0 end
            as purchases,
        case
            when params.margin_rate is null and params.has_margin then customer_days.margin_minor
            else customer_days.net_minor
        end as money_minor
    from customer_days
    inner join newcomers
        on customer_days.customer_id = newcomers.customer_id
    cross join params
),

final as (
    select
        is_earlier,
        age_band,
        age_days,
        is_by_then,
        cast(sum(purchases) as bigint) as purchases,
        cast(sum(money_minor) as bigint) as money_minor
    from days
    group by is_earlier, age_band, age_days, is_by_then
)

select * from final
