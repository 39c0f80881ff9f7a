-- audience_rows: the chosen customers with what people knows of them, and where
-- all exports before this one had them, and by what: whoever is missing from one of
-- those may be unknown to the target.
--
-- grain: one row per customer_id
-- reads: chosen, customers, people, earlier_members, audience_terms
with

surely_held as (
    select
        earlier_members.customer_id,
        earlier_members.arm,
        earlier_members.key_1,
        earlier_members.key_2,
        earlier_members.key_3,
        earlier_members.least_row_key,
        earlier_members.greatest_row_key
    from earlier_members
    cross join audience_terms
    where earlier_members.exports = audience_terms.earlier_exports
)

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
    surely_held.arm as earlier_arm,
    surely_held.key_1 as earlier_key_1,
    surely_held.key_2 as earlier_key_2,
    surely_held.key_3 as earlier_key_3,
    surely_held.least_row_key,
    surely_held.greatest_row_key
from chosen
inner join customers
    on chosen.customer_id = customers.customer_id
left join people
    on chosen.customer_id = people.customer_id
left join surely_held
    on chosen.customer_id = surely_held.customer_id
