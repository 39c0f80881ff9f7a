-- assigned_days: how many people came into the campaign's arms on each day, from which
-- follows how many are planned.
--
-- grain: one row per assigned_on
-- reads: assignments
select
    assigned_on,
    count(*) as customers
from assignments
where arm in ('none', 'champion', 'challenger')
group by assigned_on
