-- newcomer_values: what the customers acquired by each channel on each day
-- brought: with the first order, by each age, and with repeat purchases in the
-- first horizon_days of their lives, so far (discounted to the first purchase).
-- And, in millionths, how many discounted repeat purchases the model expects
-- of each of them by the age they have, in the season of their days, and by the horizon.
-- Squares and products are there for the spread between customers. Empty without spend.
--
-- grain: one row per (first_channel, first_purchase_date, horizon_days)
-- reads: summary, fit_groups, newcomer_margins, newcomer_expectations, newcomer_curve, value_horizons, params
with

customers as (
    select
        summary.first_channel,
        coalesce(fit_groups.fit_group, 0) as fit_group,
        summary.first_purchase_date,
        summary.customer_age_days,
        newcomer_margins.first_order_minor,
        newcomer_margins.margin_90_minor,
        newcomer_margins.margin_180_minor,
        newcomer_margins.margin_365_minor,
        newcomer_margins.horizon_minor - newcomer_margins.first_order_minor as repeat_minor,
        newcomer_margins.focus_minor - newcomer_margins.first_order_minor as focus_repeat_minor
    from summary
    inner join newcomer_margins
        on summary.customer_id = newcomer_margins.customer_id
    cross join params
    left join fit_groups
        on summary.first_channel = fit_groups.first_channel
        and not fit_groups.is_old
    where params.has_spend
),

sums as (
    select
        first_channel,
        fit_group,
        first_purchase_date,
        customer_age_days,
        count(*) as customers,
        cast(sum(first_order_minor) as bigint) as first_order_minor,
        cast(sum(repeat_minor) as bigint) as repeat_minor,
        cast(sum(focus_repeat_minor) as bigint) as focus_repeat_minor,
        cast(sum(margin_90_minor) as bigint) as margin_90_minor,
        cast(sum(margin_180_minor) as bigint) as margin_180_minor,
        cast(sum(margin_365_minor) as bigint) as margin_365_minor,
        cast(sum(cast(first_order_minor as decimal(19, 0)) * cast(first_order_minor as decimal(19, 0))) as decimal(38, 0))
            as first_order_squares,
        cast(sum(cast(repeat_minor as decimal(19, 0)) * cast(repeat_minor as decimal(19, 0))) as decimal(38, 0))
            as repeat_squares,
        cast(sum(cast(focus_repeat_minor as decimal(19, 0)) * cast(focus_repeat_minor as decimal(19, 0))) as decimal(38, 0))
            as focus_repeat_squares,
        cast(sum(cast(first_order_minor as decimal(19, 0)) * cast(repeat_minor as decimal(19, 0))) as decimal(38, 0))
            as products,
        cast(sum(cast(first_order_minor as decimal(19, 0)) * cast(focus_repeat_minor as decimal(19, 0))) as decimal(38, 0))
            as focus_products,
        cast(sum(cast(margin_90_minor as decimal(19, 0)) * cast(margin_90_minor as decimal(19, 0))) as decimal(38, 0))
            as margin_90_squares,
        cast(sum(cast(margin_180_minor as decimal(19, 0)) * cast(margin_180_minor as decimal(19, 0))) as decimal(38, 0))
            as margin_180_squares,
        cast(sum(cast(margin_365_minor as decimal(19, 0)) * cast(margin_365_minor as decimal(19, 0))) as decimal(38, 0))
            as margin_365_squares
    from customers
    group by first_channel, fit_group, first_purchase_date, customer_age_days
),

final as (
    select
        sums.first_channel,
        sums.first_purchase_date,
        value_horizons.horizon_days,
        sums.customer_age_days,
        sums.customers,
        sums.first_order_minor,
        case when value_horizons.is_focus then sums.focus_repeat_minor else sums.repeat_minor end as repeat_minor,
        sums.margin_90_minor,
        sums.margin_180_minor,
        sums.margin_365_minor,
        sums.first_order_squares,
        case when value_horizons.is_focus then sums.focus_repeat_squares else sums.repeat_squares end as repeat_squares,
        case when value_horizons.is_focus then sums.focus_products else sums.products end as products,
        sums.margin_90_squares,
        sums.margin_180_squares,
        sums.margin_365_squares,
        so_far.expected_millionths,
        by_horizon.seasonal_millionths as horizon_millionths
    from sums
    cross join value_horizons
    left join newcomer_expectations as so_far
        on sums.fit_group = so_far.fit_group
        and sums.customer_age_days = so_far.customer_age_days
        and value_horizons.horizon_days = so_far.horizon_days
    left join newcomer_curve as by_horizon
        on sums.fit_group = by_horizon.fit_group
        and value_horizons.horizon_days = by_horizon.age_days
)

select * from final
