-- contact_counts: the people whom the campaign contacted, by their assigned arm,
-- whatever message they got: people, however often they were contacted, and the
-- cost of all their contacts. Contacted customers without an assignment are in the
-- row 'unassigned'. cost is exact, cost_minor the same in whole minor units.
--
-- grain: one row per arm with a contact
-- reads: contacted, assignments
with

placed as (
    select
        contacted.*,
        coalesce(assignments.arm, 'unassigned') as arm,
        coalesce(contacted.first_sent_on < assignments.assigned_on, false) as is_early,
        coalesce(contacted.least_arm <> assignments.arm or contacted.greatest_arm <> assignments.arm, false)
            as is_of_other_arm
    from contacted
    left join assignments
        on contacted.customer_id = assignments.customer_id
),

final as (
    select
        arm,
        count(*) as sent,
        cast(sum(messages) as bigint) as messages,
        cast(sum(delivered) as bigint) as delivered,
        cast(sum(opened) as bigint) as opened,
        cast(sum(responded) as bigint) as responded,
        cast(sum(cost) as decimal(38, 4)) as cost,
        cast(round(cast(sum(cost) as decimal(38, 4)), 0) as bigint) as cost_minor,
        cast(sum(tells_discount) as bigint) as discounts,
        cast(sum(case when is_early then 1 else 0 end) as bigint) as early,
        cast(sum(case when is_of_other_arm then 1 else 0 end) as bigint) as of_other_arm,
        cast(sum(is_of_unknown_arm) as bigint) as of_unknown_arm
    from placed
    group by arm
)

select * from final
