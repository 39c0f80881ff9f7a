-- channel_values: what the new customers of each period and channel brought at
-- equal ages, counting those who are old enough, and what a new customer is worth over
-- the first horizon_days of their life, for each of value_horizons: the margin of their
-- first orders F, and of their repeat purchases R, which is known so far only, raised to
-- the horizon by the model's curve: F/n + (R / Σ D) × (Σ H / n), D being the discounted
-- repeat purchases expected of each by their age, and H by the horizon. A channel that
-- brings more than the model expects of anybody keeps what it has shown. Means are
-- per customer, in minor units, with standard errors by the spread between
-- customers (of the ratio by linearising it); it says too little, and is null, where
-- what the model expects by the horizon is more than max_horizon_growth times what it
-- expects by now: the shape of the curve is then most of the value, and a young
-- shop's is a guess. All null without spend; value also where no model could be fitted,
-- or all were acquired on as_of. A period that begins before new_from has no row: its
-- customers may have bought before.
--
-- grain: one row per (period, period_start, scope, channel, horizon_days)
-- reads: channel_members, newcomer_values, newcomer_span, params
with

sums as (
    select
        channel_members.period,
        channel_members.period_start,
        channel_members.scope,
        channel_members.channel,
        cells.horizon_days,
        cast(cast(sum(cells.customers) as bigint) as double) as n,
        cast(cast(sum(cells.first_order_minor) as bigint) as double) as first_order,
        cast(cast(sum(cells.repeat_minor) as bigint) as double) as repeats,
        cast(cast(sum(cells.customers * cells.expected_millionths) as bigint) as double) as expected,
        cast(cast(sum(cells.customers * cells.horizon_millionths) as bigint) as double) as by_horizon,
        cast(cast(sum(cells.first_order_squares) as decimal(38, 0)) as double) as first_order_squares,
        cast(cast(sum(cells.repeat_squares) as decimal(38, 0)) as double) as repeat_squares,
        cast(cast(sum(cells.products) as decimal(38, 0)) as double) as products,
        cast(cast(sum(
            cast(cells.expected_millionths as decimal(19, 0)) * cast(cells.first_order_minor as decimal(19, 0))
        ) as decimal(38, 0)) as double) as expected_first_order,
        cast(cast(sum(
            cast(cells.expected_millionths as decimal(19, 0)) * cast(cells.repeat_minor as decimal(19, 0))
        ) as decimal(38, 0)) as double) as expected_repeats,
        cast(cast(sum(
            cast(cells.expected_millionths as decimal(19, 0)) * cast(cells.customers * cells.expected_millionths as decimal(19, 0))
        ) as decimal(38, 0)) as double) as expected_squares,
        cast(sum(case when cells.customer_age_days >= 90 then cells.customers else 0 end) as bigint) as customers_90,
        cast(cast(sum(case when cells.customer_age_days >= 90 then cells.margin_90_minor end) as bigint) as double)
            as margin_90,
        cast(cast(sum(case when cells.customer_age_days >= 90 then cells.margin_90_squares end) as decimal(38, 0)) as double)
            as margin_90_squares,
        cast(sum(case when cells.customer_age_days >= 180 then cells.customers else 0 end) as bigint) as customers_180,
        cast(cast(sum(case when cells.customer_age_days >= 180 then cells.margin_180_minor end) as bigint) as double)
            as margin_180,
        cast(cast(sum(case when cells.customer_age_days >= 180 then cells.margin_180_squares end) as decimal(38, 0)) as double)
            as margin_180_squares,
        cast(sum(case when cells.customer_age_days >= 365 then cells.customers else 0 end) as bigint) as customers_365,
        cast(cast(sum(case when cells.customer_age_days >= 365 then cells.margin_365_minor end) as bigint) as double)
            as margin_365,
        cast(cast(sum(case when cells.customer_age_days >= 365 then cells.margin_365_squares end) as decimal(38, 0)) as double)
            as margin_365_squares
    from channel_members
    inner join newcomer_values as cells
        on channel_members.member = cells.first_channel
        and cells.first_purchase_date between channel_members.period_start and channel_members.period_end
    cross join newcomer_span
    where channel_members.period_start >= newcomer_span.new_from
    group by
        channel_members.period,
        channel_members.period_start,
        channel_members.scope,
        channel_members.channel,
        cells.horizon_days
),

ratios as (
    select
        sums.*,
        repeats / nullif(expected, 0) as ratio,
        by_horizon / nullif(expected, 0) as rise
    from sums
),

-- The linearised worth of one customer is F + rise (R - ratio D), and its sum is
-- that of F.
squares as (
    select
        ratios.*,
        first_order_squares + rise * rise * repeat_squares + 2 * rise * products
            - 2 * rise * ratio * expected_first_order - 2 * rise * rise * ratio * expected_repeats
            + rise * rise * ratio * ratio * expected_squares as value_squares
    from ratios
),

final as (
    select
        period,
        period_start,
        scope,
        channel,
        squares.horizon_days,
        first_order / nullif(n, 0) as first_order_minor,
        (first_order + ratio * by_horizon) / nullif(n, 0) as value_minor,
        case
            when rise <= params.max_horizon_growth then sqrt(
                greatest(0e0, value_squares - first_order * first_order / nullif(n, 0)) / nullif(n - 1, 0) / nullif(n, 0)
            )
        end as value_error_minor,
        customers_90,
        margin_90 / nullif(customers_90, 0) as margin_90_minor,
        sqrt(
            greatest(0e0, margin_90_squares - margin_90 * margin_90 / nullif(customers_90, 0))
                / nullif(customers_90 - 1, 0) / nullif(customers_90, 0)
        ) as margin_90_error_minor,
        customers_180,
        margin_180 / nullif(customers_180, 0) as margin_180_minor,
        sqrt(
            greatest(0e0, margin_180_squares - margin_180 * margin_180 / nullif(customers_180, 0))
                / nullif(customers_180 - 1, 0) / nullif(customers_180, 0)
        ) as margin_180_error_minor,
        customers_365,
        margin_365 / nullif(customers_365, 0) as margin_365_minor,
        sqrt(
            greatest(0e0, margin_365_squares - margin_365 * margin_365 / nullif(customers_365, 0))
                / nullif(customers_365 - 1, 0) / nullif(customers_365, 0)
        ) as margin_365_error_minor
    from squares
    cross join params
)

select * from final
