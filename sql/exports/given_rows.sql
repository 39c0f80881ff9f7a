-- given_rows: the identifiers that earlier exports gave the target and that no member
-- has now, whose they were, and when they were given last: those of people who object
-- are among them. An ad platform forgets those who leave; an e-mail tool keeps their
-- profiles, and those of other audiences, so that for it what they have given counts as
-- well.
--
-- grain: one row per (customer_id, key)
-- reads: earlier_rows, former_rows, other_rows, other_former_rows, audience_terms, held_keys
with

member_rows as (
    select
        as_of,
        customer_id,
        key_1,
        key_2,
        key_3
    from earlier_rows
    union all
    select
        other_rows.as_of,
        other_rows.customer_id,
        other_rows.key_1,
        other_rows.key_2,
        other_rows.key_3
    from other_rows
    cross join audience_terms
    where audience_terms.is_email
),

each_key as (
    select
        customer_id,
        key_1 as key,
        as_of as given_on
    from member_rows
    union all
    select
        customer_id,
        key_2 as key,
        as_of as given_on
    from member_rows
    union all
    select
        customer_id,
        key_3 as key,
        as_of as given_on
    from member_rows
    union all
    select
        former_rows.customer_id,
        former_rows.key,
        former_rows.given_on
    from former_rows
    cross join audience_terms
    where audience_terms.is_email
    union all
    select
        other_former_rows.customer_id,
        other_former_rows.key,
        other_former_rows.given_on
    from other_former_rows
    cross join audience_terms
    where audience_terms.is_email
),

given as (
    select
        customer_id,
        key,
        max(given_on) as given_on
    from each_key
    where key is not null
    group by customer_id, key
),

held as (
    select key
    from held_keys
    group by key
),

final as (
    select
        given.customer_id,
        given.key,
        given.given_on
    from given
    left join held
        on given.key = held.key
    where held.key is null
)

select * from final
