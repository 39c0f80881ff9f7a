-- audience_rows: the chosen customers with what people knows of them, and where
-- the last export of the audience had them.
--
-- grain: one row per customer_id
-- reads: chosen, customers, people, earlier_members
select
    customers.*,
    people.customer_id is null as is_absent,
    people.email,
    people.phone,
    people.first_name,
    people.last_name,
    people.country,
    people.zip,
    people.city,
    people.state,
    people.consent_email,
    people.consent_ads,
    people.is_suppressed,
    earlier_members.arm as earlier_arm
from chosen
inner join customers
    on chosen.customer_id = customers.customer_id
left join people
    on chosen.customer_id = people.customer_id
left join earlier_members
    on chosen.customer_id = earlier_members.customer_id
