-- merged_assignments: how many customers were assigned by as_of under several ids that
-- were merged since, how many of their assignments do not stand, and how many of these
-- customers were assigned to several arms.
--
-- grain: one row
-- reads: assignment_parts, identities, params
with

several as (
    select
        coalesce(identities.to_id, assignment_parts.customer_id) as customer_id,
        count(*) as assignments,
        count(distinct assignment_parts.arm) as arms
    from assignment_parts
    cross join params
    left join identities
        on assignment_parts.customer_id = identities.from_id
    where assignment_parts.as_of <= params.as_of
    group by coalesce(identities.to_id, assignment_parts.customer_id)
    having count(*) > 1
),

final as (
    select
        count(*) as customers,
        coalesce(cast(sum(assignments) as bigint), 0) - count(*) as repeated,
        coalesce(cast(sum(case when arms > 1 then 1 else 0 end) as bigint), 0) as in_several_arms
    from several
)

select * from final
