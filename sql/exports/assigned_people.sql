-- assigned_people: the identifiers of those who were put into an arm of the campaign
-- before, whether they are in its audience now or not.
--
-- grain: one row per (customer_id, known_id of the customer in people)
-- reads: first_assignments, known_people
select
    first_assignments.customer_id,
    coalesce(known_people.email, '') as email,
    coalesce(known_people.phone, '') as phone,
    coalesce(known_people.country, '') as country
from first_assignments
left join known_people
    on first_assignments.customer_id = known_people.customer_id
