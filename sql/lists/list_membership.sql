-- list_membership: who is on which list, by the kind of the list: a constant, by which
-- an engine knows which of the parts it needs.
--
-- grain: one row per (list, customer_id)
-- reads: customer_lists
with

final as (
    select
        'mark' as kind,
        mark_list as list,
        customer_lists.*
    from customer_lists
    where mark_list is not null
    union all
    select
        'lifecycle' as kind,
        lifecycle_list as list,
        customer_lists.*
    from customer_lists
    where lifecycle_list is not null
    union all
    select
        'segment' as kind,
        segment_list as list,
        customer_lists.*
    from customer_lists
    where segment_list is not null
    union all
    select
        'seed' as kind,
        seed_list as list,
        customer_lists.*
    from customer_lists
    where seed_list is not null
)

select * from final
