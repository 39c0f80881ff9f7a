-- removal_rows: the people who may have to be told to the target as suppressed.
-- An e-mail tool is told of everybody who objected. An ad platform is told of
-- those alone whom it holds: sending it the others would be what they object to.
-- Without suppression files only people say who objects.
--
-- grain: one row per customer_id
-- reads: people, objections, earlier_members, audience_terms
with

objecting as (
    select customer_id
    from objections
    group by customer_id
),

held as (
    select customer_id
    from earlier_members
    group by customer_id
),

final as (
    select
        people.customer_id,
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
        people.is_suppressed
    from people
    cross join audience_terms
    left join objecting
        on people.customer_id = objecting.customer_id
    left join held
        on people.customer_id = held.customer_id
    where held.customer_id is not null
        or audience_terms.is_email
        and (audience_terms.has_suppression or objecting.customer_id is not null)
)

select * from final
