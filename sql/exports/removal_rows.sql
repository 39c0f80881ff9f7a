-- removal_rows: the people who may have to be reported to the target as suppressed:
-- of an e-mail tool everybody who objected, of an ad platform those whom it holds. Go
-- leaves out whoever has no identifier that an export gave the target (given_rows):
-- sending it the others would be what they object to.
-- Without suppression files only people say who objects. Whoever objects under one id
-- does so under all that are one customer now, and each is told by its own address.
--
-- A tool that knows people by their e-mail also gets the e-mails that an
-- objection has and no row of people that stands: of a later row of somebody,
-- of a row without an id, and of suppression files.
--
-- grain: one row per removal_key
-- reads: known_people, objections, suppression_rows, earlier_members, audience_terms
with

objecting as (
    select customer_id
    from objections
    group by customer_id
),

refusing as (
    select customer_id
    from objecting
    union
    select customer_id
    from suppression_rows
),

held as (
    select customer_id
    from earlier_members
    group by customer_id
),

described as (
    select
        concat('1 ', known_people.known_id) as removal_key,
        known_people.known_id as customer_id,
        known_people.email,
        known_people.phone,
        known_people.first_name,
        known_people.last_name,
        known_people.country,
        known_people.zip,
        known_people.city,
        known_people.state,
        known_people.consent_email,
        known_people.consent_ads,
        known_people.is_suppressed or refusing.customer_id is not null as is_suppressed
    from known_people
    cross join audience_terms
    left join objecting
        on known_people.customer_id = objecting.customer_id
    left join refusing
        on known_people.customer_id = refusing.customer_id
    left join held
        on known_people.known_id = held.customer_id
    where held.customer_id is not null
        or audience_terms.is_email
        and (audience_terms.has_suppression or objecting.customer_id is not null)
),

described_emails as (
    select lower(trim(email)) as email
    from described
    group by lower(trim(email))
),

objecting_emails as (
    select email
    from objections
    union all
    select email
    from suppression_rows
),

distinct_emails as (
    select lower(trim(objecting_emails.email)) as email
    from objecting_emails
    cross join audience_terms
    where audience_terms.is_keyed_by_email
        and not is_blank(objecting_emails.email)
    group by lower(trim(objecting_emails.email))
),

final as (
    select *
    from described
    union all
    select
        concat('2 ', distinct_emails.email) as removal_key,
        '' as customer_id,
        distinct_emails.email,
        '' as phone,
        '' as first_name,
        '' as last_name,
        '' as country,
        '' as zip,
        '' as city,
        '' as state,
        cast(null as boolean) as consent_email,
        cast(null as boolean) as consent_ads,
        true as is_suppressed
    from distinct_emails
    left join described_emails
        on distinct_emails.email = described_emails.email
    where described_emails.email is null
)

select * from final
