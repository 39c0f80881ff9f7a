-- channel_costs: spend, new customers and their cost (CAC = spend / new
-- customers) in each period: by channel, of paid channels (all spend over the new
-- customers of channels with spend or credits) and blended (all spend over all new
-- customers). Where there is no cost, cac_reason says why, first that applies:
-- coarse_spend (it is only known for longer periods than this, as spend_gaps has it),
-- no_spend, net_credit (more was credited than spent; of paid and blended also
-- where what channels cost is not min_spend_per_credit times the net credits of
-- others),
-- unknown_channel, before_fit_from (customers may have bought before: new ones are known
-- from fit_from on or, where files start in the middle of the shop's life, from new_from),
-- no_new_customers, incomplete_spend (of spend_gaps).
--
-- grain: one row per (period, period_start, scope, channel)
-- reads: periods, newcomer_days, spend_days, spend_gaps, newcomer_span, params
with

cells as (
    select
        first_channel as channel,
        first_purchase_date as day,
        customers,
        cast(0 as bigint) as spend_days,
        cast(0 as bigint) as spend_minor
    from newcomer_days
    union all
    select
        channel,
        spend_day as day,
        cast(0 as bigint) as customers,
        cast(1 as bigint) as spend_days,
        spend_minor
    from spend_days
),

channels as (
    select
        periods.period,
        periods.period_start,
        cells.channel,
        cast(sum(cells.customers) as bigint) as new_customers,
        cast(sum(cells.spend_days) as bigint) as spend_days,
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
            case when channels.channel <> '' and channels.spend_minor <> 0 then channels.new_customers else 0 end
        ) as bigint), 0) as paid_customers,
        coalesce(cast(sum(channels.spend_days) as bigint), 0) as spend_days,
        coalesce(cast(sum(channels.spend_minor) as bigint), 0) as spend_minor,
        coalesce(cast(sum(greatest(cast(0 as bigint), -channels.spend_minor)) as bigint), 0) as credit_minor
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
        spend_days,
        spend_minor,
        cast(0 as bigint) as credit_minor
    from channels
    union all
    select
        period,
        period_start,
        'paid' as scope,
        '' as channel,
        paid_customers as new_customers,
        spend_days,
        spend_minor,
        credit_minor
    from totals
    union all
    select
        period,
        period_start,
        'blended' as scope,
        '' as channel,
        new_customers,
        spend_days,
        spend_minor,
        credit_minor
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
        scopes.spend_days,
        scopes.spend_minor,
        case
            when spend_gaps.reason = 'coarse_spend' then spend_gaps.reason
            when scopes.spend_minor = 0 then 'no_spend'
            when scopes.spend_minor < 0
                or params.min_spend_per_credit * scopes.credit_minor > scopes.spend_minor + scopes.credit_minor
                then 'net_credit'
            when scopes.scope = 'channel' and scopes.channel = '' then 'unknown_channel'
            when scopes.period_start < newcomer_span.new_from then 'before_fit_from'
            when scopes.new_customers = 0 then 'no_new_customers'
            else coalesce(spend_gaps.reason, '')
        end as cac_reason
    from scopes
    inner join periods
        on scopes.period = periods.period
        and scopes.period_start = periods.period_start
    cross join params
    cross join newcomer_span
    left join spend_gaps
        on scopes.period = spend_gaps.period
        and scopes.period_start = spend_gaps.period_start
        and scopes.scope = spend_gaps.scope
        and scopes.channel = spend_gaps.channel
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
