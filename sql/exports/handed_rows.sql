-- handed_rows: the identifiers that exports gave an e-mail tool and that no member has
-- now, with what people knows of the customer by the id of that time: by one of before
-- the tool still knows somebody who objects. Of whoever has no row of people, it is the
-- suppression files and the customer's other ids that say so.
--
-- grain: one row per handed_key
-- reads: given_rows, removal_rows, identities, objections, suppression_rows, audience_terms
with

each_refusing as (
    select customer_id
    from objections
    union all
    select customer_id
    from suppression_rows
),

refusing as (
    select customer_id
    from each_refusing
    group by customer_id
),

final as (
    select
        concat(given_rows.customer_id, ' ', cast(given_rows.key as string)) as handed_key,
        given_rows.customer_id,
        given_rows.key,
        given_rows.given_on,
        removal_rows.customer_id is null as is_absent,
        removal_rows.email,
        removal_rows.phone,
        removal_rows.first_name,
        removal_rows.last_name,
        removal_rows.country,
        removal_rows.zip,
        removal_rows.city,
        removal_rows.state,
        removal_rows.consent_email,
        removal_rows.consent_ads,
        coalesce(removal_rows.is_suppressed, refusing.customer_id is not null) as is_suppressed
    from given_rows
    cross join audience_terms
    left join removal_rows
        on given_rows.customer_id = removal_rows.customer_id
    left join identities
        on given_rows.customer_id = identities.from_id
    left join refusing
        on coalesce(identities.to_id, given_rows.customer_id) = refusing.customer_id
    where audience_terms.is_email
        and (
            removal_rows.customer_id is not null
            or refusing.customer_id is not null
            or audience_terms.has_suppression
        )
)

select * from final
