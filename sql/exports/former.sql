-- former: the identifiers that earlier exports of the audience gave the target, and
-- this one does not, whose they were, and when they were given last. One that another
-- has now was theirs all the same: they may object when it is given up.
--
-- grain: one row per (customer_id, key)
-- reads: earlier_rows, changed_rows, former_rows, members, audience_terms
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
        as_of,
        customer_id,
        key_1,
        key_2,
        key_3
    from changed_rows
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
        customer_id,
        key,
        given_on
    from former_rows
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
    select
        customer_id,
        key_1 as key
    from members
    union all
    select
        customer_id,
        key_2 as key
    from members
    union all
    select
        customer_id,
        key_3 as key
    from members
),

final as (
    select
        audience_terms.as_of,
        given.customer_id,
        given.key,
        given.given_on
    from given
    cross join audience_terms
    left join held
        on given.customer_id = held.customer_id
        and given.key = held.key
    where held.key is null
)

select * from final
