-- removal_rows: the people who may have to be reported to the target as suppressed.
-- An e-mail tool gets everybody who objected. An ad platform gets only those whom
-- it holds: sending it the others would be what they object to.
-- Without suppression files only people say who objects.
--
-- A tool that knows people by their e-mail also gets the e-mails that an
-- objection has and no row of people that stands: of a later row of somebody,
-- of a row without an id, and of suppression files.
--
-- grain: one row per removal_key
-- reads: people, objections, suppression_rows, earlier_members, audience_terms
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

described as (
    select
        concat('1 ', people.customer_id) as removal_key,
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
