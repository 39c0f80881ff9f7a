-- input_counts: how many rows of the auxiliary inputs are used and
-- quarantined, with the money of spend, so that they add up to the files. Money
-- that is no number counts as 0, and answers have none.
--
-- grain: one row per (input, reason)
-- reads: spend_rows, survey_rows
select
    'spend' as input,
    reason,
    count(*) as input_rows,
    coalesce(cast(sum(amount_minor) as bigint), 0) as amount_minor
from spend_rows
group by reason
union all
select
    'surveys' as input,
    reason,
    count(*) as input_rows,
    cast(0 as bigint) as amount_minor
from survey_rows
group by reason
