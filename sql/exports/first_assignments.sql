-- first_assignments: the assignment that stands of each customer: the first of the ids
-- that are one customer now, on the same day that of the id they were merged into.
-- given_id is the id under which the customer was assigned, for which the arm was drawn.
--
-- grain: one row per customer_id
-- reads: assignment_parts, identities
with

given as (
    select
        coalesce(identities.to_id, assignment_parts.customer_id) as customer_id,
        assignment_parts.customer_id as given_id,
        assignment_parts.arm,
        assignment_parts.clv,
        assignment_parts.as_of,
        assignment_parts.file_number,
        assignment_parts.file_row
    from assignment_parts
    left join identities
        on assignment_parts.customer_id = identities.from_id
),

ranked as (
    select
        given.customer_id,
        given.given_id,
        given.arm,
        given.clv,
        given.as_of,
        row_number() over (
            partition by given.customer_id
            order by
                given.as_of nulls last,
                given.given_id <> given.customer_id,
                given.file_number,
                given.file_row
        ) as assignment_rank
    from given
),

final as (
    select
        customer_id,
        given_id,
        arm,
        clv,
        as_of
    from ranked
    where assignment_rank = 1
)

select * from final
