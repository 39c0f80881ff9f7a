-- channel_sizes: how many fitted customers each known channel brought, and how
-- many of them bought again: what decides whether a channel can carry parameters
-- of its own.
--
-- grain: one row per known first_channel
-- reads: summary
select
    first_channel,
    count(*) as customers,
    cast(sum(case when repeat_purchases > 0 then 1 else 0 end) as bigint) as repeaters
from summary
where is_fitted
    and first_channel <> ''
group by first_channel
