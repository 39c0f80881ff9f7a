-- channel_costs: spend, new customers and their cost (CAC = spend / new
-- customers) in each period: by channel, of paid channels (all spend over the new
-- customers of channels with spend) and blended (all spend over all new
-- customers). Where there is no cost, cac_reason says why, first that applies:
-- no_spend, net_credit (more was credited than spent), unknown_channel,
-- before_fit_from (newcomers are not known for new), no_new_customers,
-- incomplete_spend (more than 31 days of the period, as far as the shop was open,
-- lie before or after all spend).
--
-- grain: one row per (period, period_start, scope, channel)
-- reads: periods, newcomer_days, spend_days, spend_span, params
with

cells as (
    select
        first_channel as channel,
        first_purchase_date as day,
        customers,
        cast(0 as bigint) as spend_minor
    from newcomer_days
    union all
    select
        channel,
        spend_day as day,
        cast(0 as bigint) as customers,
        spend_minor
    from spend_days
),

opening as (
    select min(first_purchase_date) as first_day
    from newcomer_days
),

channels as (
    select
        periods.period,
        periods.period_start,
        cells.channel,
        cast(sum(cells.customers) as bigint) as new_customers,
        cast(sum(cells.spend_minor) as bigint) as spend_minor
    from periods
    inner join cells
        on cells.day between periods.period_start and periods.period_end
    group by periods.period, periods.period_start, cells.channel
),

totals as (
    select
        periods.period,
        periods.period_start,
        coalesce(cast(sum(channels.new_customers) as bigint), 0) as new_customers,
        coalesce(cast(sum(
            case when channels.channel <> '' and channels.spend_minor > 0 then channels.new_customers else 0 end
        ) as bigint), 0) as paid_customers,
        coalesce(cast(sum(channels.spend_minor) as bigint), 0) as spend_minor
    from periods
    left join channels
        on periods.period = channels.period
        and periods.period_start = channels.period_start
    group by periods.period, periods.period_start
),

scopes as (
    select
        period,
        period_start,
        'channel' as scope,
        channel,
        new_customers,
        spend_minor
    from channels
    union all
    select
        period,
        period_start,
        'paid' as scope,
        '' as channel,
        paid_customers as new_customers,
        spend_minor
    from totals
    union all
    select
        period,
        period_start,
        'blended' as scope,
        '' as channel,
        new_customers,
        spend_minor
    from totals
),

reasons as (
    select
        scopes.period,
        scopes.period_start,
        periods.period_end,
        periods.is_whole,
        scopes.scope,
        scopes.channel,
        scopes.new_customers,
        scopes.spend_minor,
        case
            when scopes.spend_minor = 0 then 'no_spend'
            when scopes.spend_minor < 0 then 'net_credit'
            when scopes.scope = 'channel' and scopes.channel = '' then 'unknown_channel'
            when scopes.period_start < params.fit_from then 'before_fit_from'
            when scopes.new_customers = 0 then 'no_new_customers'
            when day_difference(greatest(scopes.period_start, opening.first_day), spend_span.first_day) > 31
                or day_difference(spend_span.last_day, least(periods.period_end, params.as_of)) > 31
                then 'incomplete_spend'
            else ''
        end as cac_reason
    from scopes
    inner join periods
        on scopes.period = periods.period
        and scopes.period_start = periods.period_start
    cross join opening
    cross join spend_span
    cross join params
),

final as (
    select
        reasons.*,
        case
            when cac_reason = '' then cast(spend_minor as double) / nullif(new_customers, 0)
        end as cac_minor
    from reasons
)

select * from final
