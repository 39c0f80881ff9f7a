-- contact_row_counts: how many rows of the contact files are used, of other
-- campaigns, and quarantined, so that they add up to the files. A cost that is no
-- amount counts as 0. cost is exact, cost_minor the same in whole minor units.
--
-- grain: one row per reason
-- reads: contact_rows
select
    reason,
    count(*) as contacts,
    coalesce(cast(sum(cost_minor) as decimal(38, 4)), 0) as cost,
    coalesce(cast(round(cast(sum(cost_minor) as decimal(38, 4)), 0) as bigint), 0) as cost_minor
from contact_rows
group by reason
