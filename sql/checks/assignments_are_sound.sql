-- assignments_are_sound: everyone is assigned once, to the arm that the design of
-- this campaign gives them, with a value that is an amount.
--
-- grain: one row per broken rule
-- reads: assignment_parts, campaign_files, campaign_terms
with

drawn as (
    select
        assignment_parts.campaign,
        assignment_parts.customer_id,
        assignment_parts.arm,
        assignment_parts.clv,
        assignment_parts.as_of,
        assignment_parts.file_number,
        assignment_parts.file_row,
        -- see Design.Arm; whoever the global holdout keeps out has no other bucket
        case
            when campaign_terms.global_holdout > 0
                and bucket(campaign_terms.global_salt || '|' || assignment_parts.customer_id) < campaign_terms.global_holdout
                then -1
            else bucket(campaign_terms.salt || '|' || campaign_terms.campaign || '|' || assignment_parts.customer_id)
        end as bucket
    from assignment_parts
    cross join campaign_terms
),

assigned as (
    select
        drawn.customer_id,
        drawn.as_of,
        campaign_files.file,
        concat(campaign_files.file, ' row ', cast(drawn.file_row as string)) as place,
        coalesce(is_blank(drawn.customer_id), true) as is_nobody,
        coalesce(drawn.arm not in ('none', 'champion', 'challenger', 'global_holdout'), true) as is_elsewhere,
        coalesce(drawn.campaign <> campaign_terms.campaign, true) as is_foreign,
        drawn.arm <> case
            when drawn.bucket < 0 then 'global_holdout'
            when drawn.bucket < campaign_terms.none_share then 'none'
            when drawn.bucket < campaign_terms.none_share + campaign_terms.champion_share then 'champion'
            else 'challenger'
        end as is_misplaced,
        coalesce(not is_finite(drawn.clv) or abs(drawn.clv) > 1e12, true) as is_unsound
    from drawn
    inner join campaign_files
        on drawn.file_number = campaign_files.file_number
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
    select 'every assignment has a customer and a day', place from assigned where is_nobody or as_of is null
    union all
    select 'arms are none, champion, challenger and global_holdout', place from assigned where is_elsewhere
    union all
    select 'every arm is the one of the design', place from assigned where is_misplaced and not is_nobody and not is_elsewhere
    union all
    select 'assignments are of this campaign', place from assigned where is_foreign
    union all
    select 'clv is an amount', place from assigned where is_unsound
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
