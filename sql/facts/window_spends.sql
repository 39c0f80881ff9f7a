-- window_spends: what customers spent within windows of days that end on as_of: those who
-- had bought before the window and bought within it, by how many purchases they had made
-- before. The power of a campaign rests on it: buyers differ by more than purchases do,
-- since some buy several times, and most of all those who have bought often.
--
-- grain: one row per (window_days, purchases_from)
-- reads: customer_days, customer_totals, windows, params
with

dated as (
    select
        customer_days.customer_id,
        day_difference(customer_days.order_day, params.as_of) as days_ago,
        customer_days.is_purchase,
        counted_money(customer_days.margin_minor, customer_days.net_minor, params.margin_rate, params.has_margin)
            as spend_minor
    from customer_days
    cross join params
),

spent as (
    select
        windows.window_days,
        dated.customer_id,
        cast(sum(case when dated.is_purchase then 1 else 0 end) as bigint) as purchases,
        cast(sum(dated.spend_minor) as decimal(19, 0)) as spend_minor
    from dated
    inner join windows
        on dated.days_ago < windows.window_days
    group by windows.window_days, dated.customer_id
),

buyers as (
    select
        spent.window_days,
        customer_totals.purchases - spent.purchases as purchases_before,
        spent.spend_minor
    from spent
    inner join customer_totals
        on spent.customer_id = customer_totals.customer_id
    where spent.purchases > 0 and customer_totals.purchases > spent.purchases
),

banded as (
    select
        window_days,
        case
            when purchases_before = 1 then 1
            when purchases_before = 2 then 2
            when purchases_before <= 4 then 3
            when purchases_before <= 8 then 5
            else 9
        end as purchases_from,
        spend_minor
    from buyers
),

summed as (
    select
        window_days,
        purchases_from,
        count(*) as buyers,
        cast(sum(spend_minor) as double) / count(*) as mean_minor,
        cast(sum(spend_minor * spend_minor) as double) / count(*) as mean_squared_minor
    from banded
    group by window_days, purchases_from
),

final as (
    select
        params.as_of,
        summed.window_days,
        cast(summed.purchases_from as bigint) as purchases_from,
        cast(case summed.purchases_from when 3 then 4 when 5 then 8 when 9 then null else summed.purchases_from end as bigint)
            as purchases_to,
        summed.buyers,
        summed.mean_minor / params.minor_per_unit as mean_spend,
        sqrt(greatest(0e0, summed.mean_squared_minor - summed.mean_minor * summed.mean_minor)) / params.minor_per_unit
            as spend_deviation
    from summed
    cross join params
)

select * from final
