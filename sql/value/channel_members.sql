-- channel_members: the channels whose new customers a row of channel_costs counts: its
-- own, those of the channels with spend or credits (paid), or of all (blended). Without
-- spend, with which the others are compared, only those of all over the trailing 12
-- months, of whom newcomer_values knows.
--
-- grain: one row per (period, period_start, scope, channel, member)
-- reads: channel_costs, params
with

channels as (
    select
        channel_costs.period,
        channel_costs.period_start,
        channel_costs.period_end,
        channel_costs.channel,
        channel_costs.spend_minor,
        params.has_spend
    from channel_costs
    cross join params
    where channel_costs.scope = 'channel'
),

final as (
    select
        period,
        period_start,
        period_end,
        'channel' as scope,
        channel,
        channel as member
    from channels
    where has_spend
    union all
    select
        period,
        period_start,
        period_end,
        'paid' as scope,
        '' as channel,
        channel as member
    from channels
    where channel <> ''
        and spend_minor <> 0
    union all
    select
        period,
        period_start,
        period_end,
        'blended' as scope,
        '' as channel,
        channel as member
    from channels
    where has_spend
        or period = 'trailing_12m'
)

select * from final
