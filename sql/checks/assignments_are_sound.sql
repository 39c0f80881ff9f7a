-- assignments_are_sound: everyone is assigned once, to the arm that the design of
-- this campaign gives them, with a value that is an amount. Where another tool drew the
-- arms nobody knows by what.
--
-- grain: one row per rule
-- reads: assignment_parts, campaign_files, campaign_terms, input_limits
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
        concat(campaign_files.file, ' row ', cast(drawn.file_row as string)) as location,
        coalesce(is_blank(drawn.customer_id), true) as is_nobody,
        coalesce(drawn.arm not in ('none', 'champion', 'challenger', 'global_holdout'), true) as is_elsewhere,
        coalesce(drawn.campaign <> campaign_terms.campaign, true) as is_foreign,
        campaign_terms.is_drawn_here and drawn.arm <> case
            when drawn.bucket < 0 then 'global_holdout'
            when drawn.bucket < campaign_terms.none_share then 'none'
            when drawn.bucket < campaign_terms.none_share + campaign_terms.champion_share then 'champion'
            else 'challenger'
        end as is_misplaced,
        coalesce(not is_finite(drawn.clv) or abs(drawn.clv) > input_limits.max_amount, true) as is_unsound
    from drawn
    inner join campaign_files
        on drawn.file_number = campaign_files.file_number
    cross join campaign_terms
    cross join input_limits
    where campaign_files.input = 'assignments'
),

held as (
    select
        'everyone is assigned once' as rule,
        count(*) > 1 as is_broken,
        max(file) as location
    from assigned
    group by customer_id
    union all
    select 'every assignment has a customer and a day', is_nobody or as_of is null, location
    from assigned
    union all
    select 'arms are none, champion, challenger and global_holdout', is_elsewhere, location
    from assigned
    union all
    select 'every arm is the one of the design', is_misplaced and not is_nobody and not is_elsewhere, location
    from assigned
    union all
    select 'assignments are of this campaign', is_foreign, location
    from assigned
    union all
    select 'clv is an amount', is_unsound, location
    from assigned
),

final as (
    select
        rule,
        cast(sum(case when is_broken then 1 else 0 end) as bigint) as got,
        cast(0 as bigint) as want,
        max(case when is_broken then location end) as example
    from held
    group by rule
)

select * from final
