-- contact_nights: how many of the people who came into an arm that is sent to on a day
-- were contacted, whenever and by whatever message.
--
-- grain: one row per (arm, assigned_on)
-- reads: assignments, contacted
select
    assignments.arm,
    assignments.assigned_on,
    count(*) as customers,
    count(contacted.customer_id) as contacted
from assignments
left join contacted
    on assignments.customer_id = contacted.customer_id
where assignments.arm in ('champion', 'challenger')
group by assignments.arm, assignments.assigned_on
