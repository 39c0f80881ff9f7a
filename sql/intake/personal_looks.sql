-- personal_looks: the days of which a plan wants to know what was known on them of some
-- customers each, by the ids that these were merged into.
--
-- grain: one row per (customer_id, look_day) of watched_days
-- reads: watched_days, identities
select
    coalesce(identities.to_id, watched_days.customer_id) as customer_id,
    watched_days.look_day
from watched_days
left join identities
    on watched_days.customer_id = identities.from_id
