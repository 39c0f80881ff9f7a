-- channel_members: the channels whose new customers a row of channel_costs counts: its
-- own, those of the channels with spend or credits (paid), or of all (blended).
--
-- grain: one row per (period, period_start, scope, channel, member)
-- reads: channel_costs
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
    and spend_minor <> 0
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
