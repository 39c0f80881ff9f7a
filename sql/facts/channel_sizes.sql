-- channel_sizes: how many fitted customers each channel brought, and how many of them
-- bought again, old ones apart: what decides whether a channel, and the old customers,
-- can carry parameters of their own.
--
-- grain: one row per (is_old, first_channel)
-- reads: summary
select
    is_old,
    first_channel,
    count(*) as customers,
    cast(sum(case when repeat_purchases > 0 then 1 else 0 end) as bigint) as repeaters
from summary
where is_fitted
group by is_old, first_channel
