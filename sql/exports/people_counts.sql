-- people_counts: how many rows of people are used and left out, by reason.
--
-- grain: one row per reason
-- reads: people_rows, people
with

by_reason as (
    select
        reason,
        count(*) as people_rows
    from people_rows
    group by reason
),

standing as (
    select count(*) as people_rows
    from people
),

final as (
    select
        'used' as reason,
        people_rows
    from standing
    union all
    select
        'customer_id_repeated' as reason,
        by_reason.people_rows - standing.people_rows as people_rows
    from by_reason
    cross join standing
    where by_reason.reason = 'used'
        and by_reason.people_rows > standing.people_rows
    union all
    select
        reason,
        people_rows
    from by_reason
    where reason <> 'used'
)

select * from final
