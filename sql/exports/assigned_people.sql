-- assigned_people: the identifiers of those who were put into an arm of the campaign
-- before, whether they are in its audience now or not.
--
-- grain: one row per customer_id
-- reads: assigned, people
select
    assigned.customer_id,
    coalesce(people.email, '') as email,
    coalesce(people.phone, '') as phone,
    coalesce(people.country, '') as country
from assigned
left join people
    on assigned.customer_id = people.customer_id
