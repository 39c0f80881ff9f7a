-- people_counts: how many rows of people are used and left out, by reason: a row that
-- does not stand repeats its id (customer_id_repeated), or has one that was merged into
-- another (customer_merged).
--
-- grain: one row per reason
-- reads: people_rows, people
with

by_reason as (
    select
        reason,
        given_id <> customer_id as is_merged,
        count(*) as people_rows
    from people_rows
    group by reason, given_id <> customer_id
),

standing as (
    select
        given_id <> customer_id as is_merged,
        count(*) as people_rows
    from people
    group by given_id <> customer_id
),

replaced as (
    select
        by_reason.is_merged,
        by_reason.people_rows - coalesce(standing.people_rows, 0) as people_rows
    from by_reason
    left join standing
        on by_reason.is_merged = standing.is_merged
    where by_reason.reason = 'used'
),

final as (
    select
        'used' as reason,
        coalesce(cast(sum(people_rows) as bigint), 0) as people_rows
    from standing
    union all
    select
        case when is_merged then 'customer_merged' else 'customer_id_repeated' end as reason,
        people_rows
    from replaced
    where people_rows > 0
    union all
    select
        reason,
        people_rows
    from by_reason
    where reason <> 'used'
)

select * from final
