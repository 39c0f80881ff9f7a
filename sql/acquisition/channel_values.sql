-- channel_values: what the new customers of each period and channel brought at
-- equal ages, counting those who are old enough, and what they are worth over the
-- first horizon_days of their lives (see newcomer_values). Means are per customer,
-- in minor units, with their standard errors, which count the spread between
-- customers. All null without spend; value also where no model could be fitted.
--
-- grain: one row per (period, period_start, scope, channel)
-- reads: channel_costs, newcomer_days, newcomer_values, params
with

cells as (
    select
        newcomer_values.*,
        newcomer_days.customers,
        day_difference(newcomer_values.first_purchase_date, params.as_of) as age_days
    from newcomer_values
    inner join newcomer_days
        on newcomer_values.first_channel = newcomer_days.first_channel
        and newcomer_values.first_purchase_date = newcomer_days.first_purchase_date
    cross join params
),

members as (
    select
        period,
        period_start,
        period_end,
        'channel' as scope,
        channel,
        channel as member
    from channel_costs
    where scope = 'channel'
    union all
    select
        period,
        period_start,
        period_end,
        'paid' as scope,
        '' as channel,
        channel as member
    from channel_costs
    where scope = 'channel'
        and channel <> ''
        and spend_minor > 0
    union all
    select
        period,
        period_start,
        period_end,
        'blended' as scope,
        '' as channel,
        channel as member
    from channel_costs
    where scope = 'channel'
),

sums as (
    select
        members.period,
        members.period_start,
        members.scope,
        members.channel,
        cast(sum(cells.customers) as bigint) as customers,
        cast(cast(sum(cells.first_order_minor) as bigint) as double) as first_order_minor,
        cast(cast(sum(cells.value_minor) as bigint) as double) as value_minor,
        cast(cast(sum(cells.value_squares) as decimal(38, 0)) as double) as value_squares,
        cast(sum(case when cells.age_days >= 90 then cells.customers else 0 end) as bigint) as customers_90,
        cast(cast(sum(case when cells.age_days >= 90 then cells.margin_90_minor end) as bigint) as double)
            as margin_90_minor,
        cast(cast(sum(case when cells.age_days >= 90 then cells.margin_90_squares end) as decimal(38, 0)) as double)
            as margin_90_squares,
        cast(sum(case when cells.age_days >= 180 then cells.customers else 0 end) as bigint) as customers_180,
        cast(cast(sum(case when cells.age_days >= 180 then cells.margin_180_minor end) as bigint) as double)
            as margin_180_minor,
        cast(cast(sum(case when cells.age_days >= 180 then cells.margin_180_squares end) as decimal(38, 0)) as double)
            as margin_180_squares,
        cast(sum(case when cells.age_days >= 365 then cells.customers else 0 end) as bigint) as customers_365,
        cast(cast(sum(case when cells.age_days >= 365 then cells.margin_365_minor end) as bigint) as double)
            as margin_365_minor,
        cast(cast(sum(case when cells.age_days >= 365 then cells.margin_365_squares end) as decimal(38, 0)) as double)
            as margin_365_squares
    from members
    inner join cells
        on members.member = cells.first_channel
        and cells.first_purchase_date between members.period_start and members.period_end
    group by members.period, members.period_start, members.scope, members.channel
),

-- one row per measure, so that its mean and error are written once
measures as (
    select period, period_start, scope, channel, 'value' as measure, customers as n, value_minor as total,
        value_squares as squares
    from sums
    union all
    select period, period_start, scope, channel, '90', customers_90, margin_90_minor, margin_90_squares
    from sums
    union all
    select period, period_start, scope, channel, '180', customers_180, margin_180_minor, margin_180_squares
    from sums
    union all
    select period, period_start, scope, channel, '365', customers_365, margin_365_minor, margin_365_squares
    from sums
),

means as (
    select
        period,
        period_start,
        scope,
        channel,
        measure,
        n,
        total / nullif(n, 0) as mean,
        sqrt(greatest(0e0, squares - total * total / nullif(n, 0)) / nullif(n - 1, 0) / nullif(n, 0)) as error
    from measures
),

final as (
    select
        sums.period,
        sums.period_start,
        sums.scope,
        sums.channel,
        sums.customers,
        sums.first_order_minor / nullif(sums.customers, 0) as first_order_minor,
        worth.mean as value_minor,
        worth.error as value_error_minor,
        sums.customers_90,
        at_90.mean as margin_90_minor,
        at_90.error as margin_90_error_minor,
        sums.customers_180,
        at_180.mean as margin_180_minor,
        at_180.error as margin_180_error_minor,
        sums.customers_365,
        at_365.mean as margin_365_minor,
        at_365.error as margin_365_error_minor
    from sums
    inner join means as worth
        on sums.period = worth.period
        and sums.period_start = worth.period_start
        and sums.scope = worth.scope
        and sums.channel = worth.channel
        and worth.measure = 'value'
    inner join means as at_90
        on sums.period = at_90.period
        and sums.period_start = at_90.period_start
        and sums.scope = at_90.scope
        and sums.channel = at_90.channel
        and at_90.measure = '90'
    inner join means as at_180
        on sums.period = at_180.period
        and sums.period_start = at_180.period_start
        and sums.scope = at_180.scope
        and sums.channel = at_180.channel
        and at_180.measure = '180'
    inner join means as at_365
        on sums.period = at_365.period
        and sums.period_start = at_365.period_start
        and sums.scope = at_365.scope
        and sums.channel = at_365.channel
        and at_365.measure = '365'
)

select * from final
