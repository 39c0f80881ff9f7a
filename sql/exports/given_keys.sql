-- given_keys: the identifiers that earlier exports gave the target and that no member
-- has now: those of people who object are among them. An ad platform forgets those who
-- leave; an e-mail tool keeps their profiles, and those of other audiences, so that for
-- it what they have given counts as well.
--
-- grain: one row per key
-- reads: earlier_rows, former_rows, other_rows, other_former_rows, audience_terms, held_keys
with

each_key as (
    select key_1 as key
    from earlier_rows
    union all
    select key_2 as key
    from earlier_rows
    union all
    select key_3 as key
    from earlier_rows
    union all
    select former_rows.key
    from former_rows
    cross join audience_terms
    where audience_terms.is_email
    union all
    select other_former_rows.key
    from other_former_rows
    cross join audience_terms
    where audience_terms.is_email
    union all
    select other_rows.key_1 as key
    from other_rows
    cross join audience_terms
    where audience_terms.is_email
    union all
    select other_rows.key_2 as key
    from other_rows
    cross join audience_terms
    where audience_terms.is_email
    union all
    select other_rows.key_3 as key
    from other_rows
    cross join audience_terms
    where audience_terms.is_email
),

given as (
    select key
    from each_key
    where key is not null
    group by key
),

held as (
    select key
    from held_keys
    group by key
),

final as (
    select given.key
    from given
    left join held
        on given.key = held.key
    where held.key is null
)

select * from final
