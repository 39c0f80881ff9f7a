-- list_membership: who is on which list: every mark, lifecycle and segment is one, and
-- so are the seeds. New customers among the lookalikes are onboarded rather than
-- replaced, so they have a list of their own. The kind of a list is a constant, by
-- which an engine knows which of the parts it needs.
--
-- grain: one row per (list, customer_id)
-- reads: customers, segment_lists
with

by_mark as (
    select
        'mark' as kind,
        case when mark_reason = 'new_onboard' then 'new_onboard' else mark end as list,
        customers.*
    from customers
    where mark is not null
),

by_lifecycle as (
    select
        'lifecycle' as kind,
        concat('lifecycle_', lifecycle) as list,
        customers.*
    from customers
    where lifecycle is not null
),

by_segment as (
    select
        'segment' as kind,
        segment_lists.list,
        customers.*
    from customers
    inner join segment_lists
        on customers.segment = segment_lists.segment
),

seeds as (
    select
        'seed' as kind,
        'seed' as list,
        customers.*
    from customers
    where seed
),

final as (
    select * from by_mark
    union all
    select * from by_lifecycle
    union all
    select * from by_segment
    union all
    select * from seeds
)

select * from final
