-- held_keys: the identifiers that the target has after this export, in each arm.
--
-- grain: one row per (arm, key)
-- reads: members
with

each_key as (
    select
        arm,
        key_1 as key
    from members
    union all
    select
        arm,
        key_2 as key
    from members
    where key_2 is not null
    union all
    select
        arm,
        key_3 as key
    from members
    where key_3 is not null
),

final as (
    select
        arm,
        key
    from each_key
    where key is not null
    group by arm, key
)

select * from final
