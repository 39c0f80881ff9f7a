-- former: the identifiers that earlier exports of the audience gave the target, and
-- this one does not.
--
-- grain: one row per key
-- reads: earlier_rows, former_rows, held_keys, audience_terms
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
    select key
    from former_rows
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
    select
        audience_terms.as_of,
        given.key
    from given
    cross join audience_terms
    left join held
        on given.key = held.key
    where held.key is null
)

select * from final
