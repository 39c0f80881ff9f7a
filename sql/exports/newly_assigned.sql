-- newly_assigned: those of a campaign's audience who were in no earlier export of
-- it under any of their ids, with the value predicted on the day they entered.
--
-- grain: one row per customer_id
-- reads: placed, first_assignments, customers
select
    placed.customer_id,
    placed.arm,
    coalesce(customers.clv, 0e0) as clv
from placed
inner join customers
    on placed.customer_id = customers.customer_id
left join first_assignments
    on placed.customer_id = first_assignments.customer_id
where placed.arm <> 'all'
    and first_assignments.as_of is null
