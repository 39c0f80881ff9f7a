-- earlier_newcomers: what the new customers of the year before the trailing one have
-- brought after their first orders, within each of value_horizons or a year, discounted
-- to the first purchase: a whole year of theirs, with all of its seasons, and with the
-- time that customers take to come back, which no model has to know. And the level of
-- the trailing year's beside theirs: what they have brought so far over what the earlier
-- ones had when they were as old, 365 days before; null where it cannot be told. The
-- variances are of the logarithms: of N purchases 2 Σ x² / Σ x / N, x those of each
-- customer so far: 1 / N if all bought alike, more by the heavy buyers among them, and
-- twice that for orders of unequal value.
--
-- grain: one row per horizon_days
-- reads: summary, newcomer_years, second_purchases, value_horizons, params
with

repeats as (
    select
        day_difference(summary.first_purchase_date, params.as_of) >= 365 as is_earlier,
        summary.repeat_purchases
    from summary
    cross join params
    where summary.is_fitted
        and not summary.is_old
        and day_difference(summary.first_purchase_date, params.as_of) < 730
),

placed as (
    select
        day_difference(second_purchases.first_purchase_date, params.as_of) as days_ago,
        day_difference(second_purchases.first_purchase_date, params.as_of) >= 365 as is_earlier,
        second_purchases.customers,
        second_purchases.first_order_money_minor
    from second_purchases
    cross join params
    where second_purchases.is_new
        and day_difference(second_purchases.first_purchase_date, params.as_of) < 730
),

-- how unequally customers buy: 1 if nobody bought twice
spread as (
    select
        cast(sum(case when is_earlier then repeat_purchases * repeat_purchases else 0 end) as double)
            / nullif(cast(sum(case when is_earlier then repeat_purchases else 0 end) as bigint), 0) as of_earlier,
        cast(sum(case when is_earlier then 0 else repeat_purchases * repeat_purchases end) as double)
            / nullif(cast(sum(case when is_earlier then 0 else repeat_purchases end) as bigint), 0) as of_latest
    from repeats
),

came as (
    select
        is_earlier,
        year_band(days_ago) as age_band,
        cast(sum(customers) as bigint) as customers,
        cast(sum(first_order_money_minor) as bigint) as first_orders_minor
    from placed
    group by is_earlier, year_band(days_ago)
),

brought as (
    select
        value_horizons.horizon_days,
        newcomer_years.is_earlier,
        newcomer_years.age_band,
        cast(sum(newcomer_years.purchases) as bigint) as purchases,
        cast(sum(case when newcomer_years.is_by_then then newcomer_years.purchases else 0 end) as bigint) as purchases_by_then,
        cast(sum(fixed_point(newcomer_years.money_minor * exp(-params.discount_per_day * newcomer_years.age_days), 1)) as bigint)
            as money_minor,
        cast(sum(
            case
                when newcomer_years.is_by_then
                    then fixed_point(newcomer_years.money_minor * exp(-params.discount_per_day * newcomer_years.age_days), 1)
                else 0
            end
        ) as bigint) as money_by_then_minor
    from newcomer_years
    cross join params
    inner join value_horizons
        on newcomer_years.age_days <= value_horizons.horizon_days
    where newcomer_years.age_days <= 365
    group by value_horizons.horizon_days, newcomer_years.is_earlier, newcomer_years.age_band
),

bands as (
    select
        brought.horizon_days,
        brought.is_earlier,
        brought.age_band,
        came.customers,
        brought.purchases,
        brought.purchases_by_then,
        brought.money_minor - came.first_orders_minor as later_minor,
        brought.money_by_then_minor - came.first_orders_minor as later_by_then_minor
    from brought
    inner join came
        on brought.is_earlier = came.is_earlier
        and brought.age_band = came.age_band
),

-- the two years where both had new customers, band by band
pairs as (
    select
        latest.horizon_days,
        latest.purchases as purchases_so_far,
        earlier.purchases_by_then,
        latest.later_minor as so_far_minor,
        fixed_point(cast(earlier.later_by_then_minor as double) * latest.customers / earlier.customers, 1) as as_theirs_minor
    from bands as latest
    inner join bands as earlier
        on latest.horizon_days = earlier.horizon_days
        and latest.age_band = earlier.age_band
    where not latest.is_earlier
        and earlier.is_earlier
),

levels as (
    select
        horizon_days,
        cast(sum(purchases_so_far) as bigint) as purchases_so_far,
        cast(sum(purchases_by_then) as bigint) as purchases_by_then,
        cast(sum(so_far_minor) as bigint) as so_far_minor,
        cast(sum(as_theirs_minor) as bigint) as as_theirs_minor
    from pairs
    group by horizon_days
),

whole as (
    select
        horizon_days,
        cast(sum(customers) as bigint) as customers,
        cast(sum(purchases) as bigint) as purchases,
        cast(sum(later_minor) as bigint) as later_minor
    from bands
    where is_earlier
    group by horizon_days
),

final as (
    select
        whole.horizon_days,
        whole.customers,
        whole.purchases,
        coalesce(params.margin_rate, 1e0) * whole.later_minor / whole.customers as later_minor,
        2 * spread.of_earlier / nullif(whole.purchases, 0) as later_variance,
        case
            when levels.so_far_minor > 0 and levels.as_theirs_minor > 0
                then cast(levels.so_far_minor as double) / levels.as_theirs_minor
        end as level,
        2 * spread.of_latest * (1e0 / nullif(levels.purchases_so_far, 0) + 1e0 / nullif(levels.purchases_by_then, 0))
            as level_variance
    from whole
    cross join spread
    cross join params
    left join levels
        on whole.horizon_days = levels.horizon_days
)

select * from final
