-- survey_rows: every row of the survey files, of the customer that its id was merged
-- into, classified: the first reason why it is not used, or 'used'. No text is null here: see orders on stored texts.
--
-- grain: one row per row of the survey files
-- reads: surveys_input, identities, input_limits, params
select
    coalesce(identities.to_id, surveys_input.customer_id, '') as customer_id,
    surveys_input.answered_at,
    surveys_input.score,
    surveys_input.file_number,
    surveys_input.file_row,
    case
        when surveys_input.customer_id is null or is_blank(surveys_input.customer_id) then 'null_customer'
        when surveys_input.answered_at is null then 'null_time'
        when surveys_input.answered_at < input_limits.readable_from
            or surveys_input.answered_at >= input_limits.readable_before then 'unreadable_time'
        when surveys_input.score is null then 'null_score'
        when not is_finite(surveys_input.score) or surveys_input.score < 0 or surveys_input.score > input_limits.max_survey_score
            or surveys_input.score <> floor(surveys_input.score) then 'unusable_score'
        when cast(surveys_input.answered_at as date) > params.as_of then 'after_as_of'
        else 'used'
    end as reason
from surveys_input
left join identities
    on surveys_input.customer_id = identities.from_id
cross join input_limits
cross join params
