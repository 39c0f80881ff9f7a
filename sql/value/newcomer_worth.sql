-- newcomer_worth: what a new customer of the trailing 12 months is worth over the first
-- days of their life, for each of value_horizons: their first order, and what follows,
-- which is told by the new customers of the year before: what these have brought within
-- a year, times the level of the trailing ones beside them (earlier_newcomers), and beyond
-- a year in proportion to what the model expects. Where the earlier ones are too few, at
-- the level that the trailing ones have shown themselves: F/n + (R / Σ D) × (Σ H / n), as
-- channel_values has it of channels. F is the margin of their first orders, R what has
-- come since, discounted to the first purchase; D are the discounted repeat purchases that
-- the model expects of each by their age, in the season of the days that they have seen,
-- and H by the horizon, in the season that it is of. expected_purchases is Σ D, on which
-- that level rests. Per customer, in minor units; no row where nobody was acquired, and no
-- value without a model, or where all were acquired on as_of.
--
-- grain: one row per horizon_days
-- reads: newcomer_activity, newcomer_days, second_purchases, fit_groups, newcomer_expectations, newcomer_curve, newcomer_span, value_horizons, earlier_newcomers, params
with

brought as (
    select
        value_horizons.horizon_days,
        cast(sum(
            fixed_point(
                coalesce(params.margin_rate, 1e0) * newcomer_activity.money_minor
                    * exp(-params.discount_per_day * newcomer_activity.age_days),
                1
            )
        ) as bigint) as brought_minor
    from newcomer_activity
    cross join params
    inner join value_horizons
        on newcomer_activity.age_days <= value_horizons.horizon_days
    where newcomer_activity.is_trailing
    group by value_horizons.horizon_days
),

first_sums as (
    select cast(sum(second_purchases.first_order_money_minor) as bigint) as money_minor
    from second_purchases
    cross join newcomer_span
    where second_purchases.first_purchase_date >= newcomer_span.trailing_from
),

first_orders as (
    select fixed_point(coalesce(params.margin_rate, 1e0) * first_sums.money_minor, 1) as first_order_minor
    from first_sums
    cross join params
),

aged as (
    select
        newcomer_days.customers,
        coalesce(fit_groups.fit_group, 0) as fit_group,
        day_difference(newcomer_days.first_purchase_date, params.as_of) as age_days
    from newcomer_days
    cross join params
    cross join newcomer_span
    left join fit_groups
        on newcomer_days.first_channel = fit_groups.first_channel
        and not fit_groups.is_old
    where newcomer_days.first_purchase_date >= newcomer_span.trailing_from
),

expected as (
    select
        value_horizons.horizon_days,
        cast(sum(aged.customers) as bigint) as customers,
        cast(sum(aged.customers * so_far.expected_millionths) as bigint) as expected_millionths,
        cast(sum(aged.customers * by_horizon.seasonal_millionths) as bigint) as horizon_millionths,
        -- beyond a year
        cast(sum(aged.customers * by_horizon.purchases_millionths) as bigint) as whole_millionths,
        cast(sum(aged.customers * by_year.purchases_millionths) as bigint) as year_millionths
    from aged
    cross join value_horizons
    left join newcomer_expectations as so_far
        on aged.fit_group = so_far.fit_group
        and aged.age_days = so_far.customer_age_days
        and value_horizons.horizon_days = so_far.horizon_days
    left join newcomer_curve as by_horizon
        on aged.fit_group = by_horizon.fit_group
        and value_horizons.horizon_days = by_horizon.age_days
    left join newcomer_curve as by_year
        on aged.fit_group = by_year.fit_group
        and least(value_horizons.horizon_days, 365) = by_year.age_days
    group by value_horizons.horizon_days
),

judged as (
    select
        earlier_newcomers.horizon_days,
        earlier_newcomers.later_minor * earlier_newcomers.level as later_minor
    from earlier_newcomers
    cross join params
    where earlier_newcomers.customers >= params.min_channel_customers
        and earlier_newcomers.purchases >= params.min_newcomer_purchases
),

final as (
    select
        expected.horizon_days,
        expected.customers,
        expected.expected_millionths / 1e6 as expected_purchases,
        cast(first_orders.first_order_minor as double) / nullif(expected.customers, 0) as first_order_minor,
        judged.later_minor is not null as is_by_earlier,
        case
            when judged.later_minor is not null
                then cast(first_orders.first_order_minor as double) / nullif(expected.customers, 0)
                    + judged.later_minor * (cast(expected.whole_millionths as double) / nullif(expected.year_millionths, 0))
            else (
                first_orders.first_order_minor
                + (brought.brought_minor - first_orders.first_order_minor)
                    * (cast(expected.horizon_millionths as double) / nullif(expected.expected_millionths, 0))
            ) / nullif(expected.customers, 0)
        end as value_minor
    from expected
    left join brought
        on expected.horizon_days = brought.horizon_days
    left join judged
        on expected.horizon_days = judged.horizon_days
    cross join first_orders
)

select * from final
