-- assignments_are_sound: everyone is assigned once, to an arm of this campaign,
-- with a value that is an amount.
--
-- grain: one row per broken rule
-- reads: assignment_parts, campaign_files, campaign_terms
with

assigned as (
    select
        assignment_parts.customer_id,
        assignment_parts.as_of,
        campaign_files.file,
        coalesce(is_blank(assignment_parts.customer_id), true) as is_nobody,
        coalesce(assignment_parts.arm not in ('none', 'champion', 'challenger', 'global_holdout'), true) as is_elsewhere,
        coalesce(assignment_parts.campaign <> campaign_terms.campaign, true) as is_foreign,
        coalesce(not is_finite(assignment_parts.clv) or abs(assignment_parts.clv) > 1e12, true) as is_unsound
    from assignment_parts
    inner join campaign_files
        on assignment_parts.file_number = campaign_files.file_number
    cross join campaign_terms
    where campaign_files.input = 'assignments'
),

repeated as (
    select
        'everyone is assigned once' as rule,
        max(file) as example
    from assigned
    group by customer_id
    having count(*) > 1
),

broken as (
    select rule, example from repeated
    union all
    select 'every assignment has a customer and a day', file from assigned where is_nobody or as_of is null
    union all
    select 'arms are none, champion, challenger and global_holdout', file from assigned where is_elsewhere
    union all
    select 'assignments are of this campaign', file from assigned where is_foreign
    union all
    select 'clv is an amount', file from assigned where is_unsound
),

final as (
    select
        rule,
        count(*) as offenders,
        max(example) as example
    from broken
    group by rule
)

select * from final
