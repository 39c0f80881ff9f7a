-- satisfaction: the Net Promoter Score of the customers who answered: the
-- percentage of promoters (9 and 10) less that of detractors (0 to 6), in all, by
-- segment and by mark. The 95 % interval is the adjusted Wald one, which adds 3/4
-- of a promoter, 3/4 of a detractor and 3/2 of neither, so that few answers of one
-- kind do not pass for certainty. Answers of people who are no customers are left
-- out.
--
-- grain: one row per (scope, name) with an answer; name null: all
-- reads: customers, survey_scores, params
with

answers as (
    select
        customers.segment,
        customers.mark,
        case when survey_scores.score >= params.min_promoter_score then 1 else 0 end as is_promoter,
        case when survey_scores.score <= params.max_detractor_score then 1 else 0 end as is_detractor
    from survey_scores
    inner join customers
        on survey_scores.customer_id = customers.customer_id
    cross join params
),

scopes as (
    select 'all' as scope, cast(null as string) as name, is_promoter, is_detractor
    from answers
    union all
    select 'segment', segment, is_promoter, is_detractor
    from answers
    union all
    select 'mark', mark, is_promoter, is_detractor
    from answers
    where mark is not null
),

counts as (
    select
        scope,
        name,
        count(*) as answers,
        cast(sum(is_promoter) as bigint) as promoters,
        cast(sum(is_detractor) as bigint) as detractors
    from scopes
    group by scope, name
),

shares as (
    select
        counts.*,
        (promoters + 0.75e0) / (answers + 3) as promoter_share,
        (detractors + 0.75e0) / (answers + 3) as detractor_share
    from counts
),

intervals as (
    select
        shares.*,
        promoter_share - detractor_share as centre,
        params.interval_z * sqrt(
            greatest(
                0e0,
                promoter_share + detractor_share
                    - (promoter_share - detractor_share) * (promoter_share - detractor_share)
            ) / (answers + 3)
        ) as margin_of_error
    from shares
    cross join params
),

final as (
    select
        params.as_of,
        intervals.scope,
        intervals.name,
        intervals.answers,
        intervals.promoters,
        intervals.detractors,
        100e0 * (intervals.promoters - intervals.detractors) / nullif(intervals.answers, 0) as nps,
        100 * greatest(-1e0, intervals.centre - intervals.margin_of_error) as nps_low,
        100 * least(1e0, intervals.centre + intervals.margin_of_error) as nps_high
    from intervals
    cross join params
)

select * from final
