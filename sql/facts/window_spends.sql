-- window_spends: what customers spent within windows of days that end on as_of: those who
-- had bought before the window and bought within it, by how many purchases they had made
-- before, and how long before it the last of them was. The power of a campaign rests on it:
-- buyers differ by more than purchases do, since some buy several times, most of all those
-- who have bought often, and least those who come back after long.
--
-- grain: one row per (window_days, purchases_from, days_since_from)
-- reads: customer_days, windows, params
with

dated as (
    select
        customer_days.customer_id,
        day_difference(customer_days.order_day, params.as_of) as days_ago,
        customer_days.purchase_number,
        day_difference(customer_days.purchase_before, params.as_of) as before_days_ago,
        counted_money(customer_days.margin_minor, customer_days.net_minor, params.margin_rate, params.has_margin)
            as spend_minor
    from customer_days
    cross join params
    -- a window that holds the first purchase holds nothing of who had bought before it
    where customer_days.order_day > customer_days.first_purchase_date
),

-- the windows side by side, the longest first: five at most
ranked as (
    select
        window_days,
        row_number() over (order by window_days desc) as window_rank
    from windows
),

limits as (
    select
        max(case when window_rank = 1 then window_days end) as first_days,
        max(case when window_rank = 2 then window_days end) as second_days,
        max(case when window_rank = 3 then window_days end) as third_days,
        max(case when window_rank = 4 then window_days end) as fourth_days,
        max(case when window_rank = 5 then window_days end) as fifth_days
    from ranked
),

-- one pass over the days: joined with the windows each would be there for all that hold it.
-- A customer's first purchase within a window, if any, is the one before which the last lies
-- ahead of it: it tells how many came before, and when the last of them. Both bands are one
-- number, the days since below a thousand
summed_days as (
    select
        dated.customer_id,
        min(
            case
                when dated.before_days_ago >= limits.first_days
                    then 1000 * purchases_band(dated.purchase_number - 1)
                        + days_since_band(dated.before_days_ago - limits.first_days)
            end
        ) as first_band,
        min(
            case
                when dated.days_ago < limits.second_days and dated.before_days_ago >= limits.second_days
                    then 1000 * purchases_band(dated.purchase_number - 1)
                        + days_since_band(dated.before_days_ago - limits.second_days)
            end
        ) as second_band,
        min(
            case
                when dated.days_ago < limits.third_days and dated.before_days_ago >= limits.third_days
                    then 1000 * purchases_band(dated.purchase_number - 1)
                        + days_since_band(dated.before_days_ago - limits.third_days)
            end
        ) as third_band,
        min(
            case
                when dated.days_ago < limits.fourth_days and dated.before_days_ago >= limits.fourth_days
                    then 1000 * purchases_band(dated.purchase_number - 1)
                        + days_since_band(dated.before_days_ago - limits.fourth_days)
            end
        ) as fourth_band,
        min(
            case
                when dated.days_ago < limits.fifth_days and dated.before_days_ago >= limits.fifth_days
                    then 1000 * purchases_band(dated.purchase_number - 1)
                        + days_since_band(dated.before_days_ago - limits.fifth_days)
            end
        ) as fifth_band,
        cast(sum(dated.spend_minor) as bigint) as first_minor,
        cast(sum(case when dated.days_ago < limits.second_days then dated.spend_minor else 0 end) as bigint) as second_minor,
        cast(sum(case when dated.days_ago < limits.third_days then dated.spend_minor else 0 end) as bigint) as third_minor,
        cast(sum(case when dated.days_ago < limits.fourth_days then dated.spend_minor else 0 end) as bigint) as fourth_minor,
        cast(sum(case when dated.days_ago < limits.fifth_days then dated.spend_minor else 0 end) as bigint) as fifth_minor
    from dated
    cross join limits
    where dated.days_ago < limits.first_days
    group by dated.customer_id
),

spent as (
    select
        ranked.window_days,
        case ranked.window_rank
            when 1 then summed_days.first_band
            when 2 then summed_days.second_band
            when 3 then summed_days.third_band
            when 4 then summed_days.fourth_band
            when 5 then summed_days.fifth_band
        end as band,
        case ranked.window_rank
            when 1 then summed_days.first_minor
            when 2 then summed_days.second_minor
            when 3 then summed_days.third_minor
            when 4 then summed_days.fourth_minor
            when 5 then summed_days.fifth_minor
        end as spend_minor
    from summed_days
    cross join ranked
),

buyers as (
    select
        window_days,
        band,
        cast(spend_minor as decimal(19, 0)) as spend_minor
    from spent
    where band is not null
),

summed as (
    select
        window_days,
        floor(band / 1e3) as purchases_from,
        band % 1000 as days_since_from,
        count(*) as buyers,
        cast(sum(spend_minor) as double) / count(*) as mean_minor,
        cast(sum(spend_minor * spend_minor) as double) / count(*) as mean_squared_minor
    from buyers
    group by window_days, band
),

final as (
    select
        params.as_of,
        summed.window_days,
        cast(summed.purchases_from as bigint) as purchases_from,
        cast(case summed.purchases_from when 3 then 4 when 5 then 8 when 9 then null else summed.purchases_from end as bigint)
            as purchases_to,
        cast(summed.days_since_from as bigint) as days_since_from,
        cast(case summed.days_since_from when 0 then 30 when 31 then 60 when 61 then 120 when 121 then 240 end as bigint)
            as days_since_to,
        summed.buyers,
        summed.mean_minor / params.minor_per_unit as mean_spend,
        sqrt(greatest(0e0, summed.mean_squared_minor - summed.mean_minor * summed.mean_minor)) / params.minor_per_unit
            as spend_deviation
    from summed
    cross join params
)

select * from final
