-- input_counts: how many rows of the auxiliary inputs are used and
-- quarantined, with the money of spend, so that they add up to the files. Money
-- that is no number counts as 0, and other inputs have none. What is wrong with merged
-- customers or rates stops the plan, so all their rows are used.
--
-- grain: one row per (input, reason)
-- reads: spend_rows, survey_rows, identities_input, rates_input
with

-- what a channel cost is rounded as a whole, as spend_days has it
channels as (
    select
        reason,
        count(*) as input_rows,
        cast(round(cast(sum(amount_minor) as decimal(38, 4)), 0) as bigint) as amount_minor
    from spend_rows
    group by reason, channel
)

select
    'spend' as input,
    reason,
    cast(sum(input_rows) as bigint) as input_rows,
    coalesce(cast(sum(amount_minor) as bigint), 0) as amount_minor
from channels
group by reason
union all
select
    'surveys' as input,
    reason,
    count(*) as input_rows,
    cast(0 as bigint) as amount_minor
from survey_rows
group by reason
union all
select
    'identities' as input,
    'used' as reason,
    count(*) as input_rows,
    cast(0 as bigint) as amount_minor
from identities_input
having count(*) > 0
union all
select
    'rates' as input,
    'used' as reason,
    count(*) as input_rows,
    cast(0 as bigint) as amount_minor
from rates_input
having count(*) > 0
