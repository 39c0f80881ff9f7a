-- earlier_newcomers: what the new customers of the year before the trailing one have
-- brought after their first orders, within each of value_horizons or a year, discounted
-- to the first purchase: a whole year of theirs, with all of its seasons, and with the
-- time that customers take to come back. What came back of first orders is no part of it:
-- first_orders_minor, per customer like later_minor, is what the share that is returned
-- later is taken of. And the level of the trailing year's beside theirs: what moved after
-- the first day so far, over what had moved with the earlier ones when they were as old,
-- 365 days before, between 1/3 and 3; null where nothing is known of then. The variances
-- are of the logarithms: of N purchases 2 Σ x² / Σ x / N, x those of each customer so far:
-- 1 / N if all bought alike, more by the heavy buyers among them, and twice that for
-- orders of unequal value; and the square of the share that one customer alone brought,
-- whom no other year need have. N of the latest are as many as theirs would be.
--
-- grain: one row per horizon_days
-- reads: summary, newcomer_years, second_purchases, value_horizons, params
with

repeats as (
    select
        day_difference(summary.first_purchase_date, params.as_of) >= 365 as is_earlier,
        summary.repeat_purchases,
        summary.repeat_revenue_minor
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

-- how unequally customers buy: 1 if nobody bought more than twice; and how much of what
-- they brought again one of them did
spread as (
    select
        cast(sum(case when is_earlier then repeat_purchases * repeat_purchases else 0 end) as double)
            / nullif(cast(sum(case when is_earlier then repeat_purchases else 0 end) as bigint), 0) as of_earlier,
        cast(sum(case when is_earlier then 0 else repeat_purchases * repeat_purchases end) as double)
            / nullif(cast(sum(case when is_earlier then 0 else repeat_purchases end) as bigint), 0) as of_latest,
        coalesce(
            cast(max(case when is_earlier then repeat_revenue_minor end) as double)
                / nullif(cast(sum(case when is_earlier then repeat_revenue_minor end) as bigint), 0),
            0e0
        ) as largest_of_earlier,
        coalesce(
            cast(max(case when is_earlier then null else repeat_revenue_minor end) as double)
                / nullif(cast(sum(case when is_earlier then null else repeat_revenue_minor end) as bigint), 0),
            0e0
        ) as largest_of_latest
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
                when newcomer_years.is_by_then and newcomer_years.age_days > 0
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
        came.first_orders_minor,
        brought.money_minor - came.first_orders_minor as later_minor,
        brought.money_by_then_minor
    from brought
    inner join came
        on brought.is_earlier = came.is_earlier
        and brought.age_band = came.age_band
),

-- the two years where both had new customers, band by band
pairs as (
    select
        latest.horizon_days,
        earlier.purchases_by_then,
        fixed_point(cast(earlier.purchases_by_then as double) * latest.customers / earlier.customers, 1000) as as_theirs_thousandths,
        latest.money_by_then_minor as so_far_minor,
        fixed_point(cast(earlier.money_by_then_minor as double) * latest.customers / earlier.customers, 1) as as_theirs_minor
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
        cast(sum(purchases_by_then) as bigint) as purchases_by_then,
        cast(sum(as_theirs_thousandths) as bigint) as as_theirs_thousandths,
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
        cast(sum(first_orders_minor) as bigint) as first_orders_minor,
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
        coalesce(params.margin_rate, 1e0) * whole.first_orders_minor / whole.customers as first_orders_minor,
        coalesce(params.margin_rate, 1e0) * whole.later_minor / whole.customers as later_minor,
        2 * spread.of_earlier / nullif(whole.purchases, 0) + spread.largest_of_earlier * spread.largest_of_earlier
            as later_variance,
        case
            when levels.as_theirs_minor > 0
                then least(3e0, greatest(1e0 / 3, cast(levels.so_far_minor as double) / levels.as_theirs_minor))
        end as level,
        2 * greatest(coalesce(spread.of_latest, 1e0), coalesce(spread.of_earlier, 1e0))
            * (1e3 / nullif(levels.as_theirs_thousandths, 0) + 1e0 / nullif(levels.purchases_by_then, 0))
            + spread.largest_of_earlier * spread.largest_of_earlier + spread.largest_of_latest * spread.largest_of_latest
            as level_variance
    from whole
    cross join spread
    cross join params
    left join levels
        on whole.horizon_days = levels.horizon_days
)

select * from final
