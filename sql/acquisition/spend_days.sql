-- spend_days: what was spent on each channel and day, credits netted. A row of 0
-- says that nothing was.
--
-- grain: one row per (channel, spend_day)
-- reads: spend_rows
select
    channel,
    spend_day,
    cast(sum(amount_minor) as bigint) as spend_minor
from spend_rows
where reason = 'used'
group by channel, spend_day
