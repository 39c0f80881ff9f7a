-- newcomer_years: what the new customers of the trailing year brought, and those of the
-- year before it, by how long ago they came: in bands of 30 days of how many days before
-- the end of their year, so that the two years are compared at the same ages and in the
-- same season. is_by_then is what the earlier ones had brought when their year ended, as
-- the others have now. A year has focus_days; purchases are repeats.
--
-- grain: one row per (is_earlier, age_band, age_days, is_by_then)
-- reads: customer_days, newcomer_span, params
with

-- the new customers of summary, which are fitted and not old
newcomer_days as (
    select
        day_difference(customer_days.first_purchase_date, params.as_of) as first_days_ago,
        day_difference(customer_days.order_day, params.as_of) as days_ago,
        age_on(customer_days.first_purchase_date, customer_days.order_day) as age_days,
        case when customer_days.purchase_before is not null then 1 else 0 end as purchases,
        counted_money(customer_days.margin_minor, customer_days.net_minor, params.margin_rate, params.has_margin) as money_minor,
        params.focus_days
    from customer_days
    cross join newcomer_span
    cross join params
    where customer_days.first_purchase_date >= params.fit_from
        and customer_days.first_purchase_date >= newcomer_span.new_from
        and day_difference(customer_days.first_purchase_date, params.as_of) < 2 * params.focus_days
),

days as (
    select
        first_days_ago >= focus_days as is_earlier,
        year_band(first_days_ago, focus_days) as age_band,
        age_days,
        days_ago >= case when first_days_ago >= focus_days then focus_days else 0 end as is_by_then,
        purchases,
        money_minor
    from newcomer_days
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
