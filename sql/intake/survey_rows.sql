-- survey_rows: every row of the survey files, classified: the first reason why
-- it is not used, or 'used'. No text is null here: see orders on stored texts.
--
-- grain: one row per row of the survey files
-- reads: surveys_input, params
select
    coalesce(surveys_input.customer_id, '') as customer_id,
    surveys_input.answered_at,
    surveys_input.score,
    surveys_input.file_number,
    surveys_input.file_row,
    case
        when surveys_input.customer_id is null or is_blank(surveys_input.customer_id) then 'null_customer'
        when surveys_input.answered_at is null then 'null_time'
        when surveys_input.answered_at < timestamp '1900-01-01 00:00:00'
            or surveys_input.answered_at >= timestamp '2200-01-01 00:00:00' then 'unreadable_time'
        when surveys_input.score is null then 'null_score'
        when not is_finite(surveys_input.score) or surveys_input.score < 0 or surveys_input.score > 10
            or surveys_input.score <> floor(surveys_input.score) then 'unusable_score'
        when cast(surveys_input.answered_at as date) > params.as_of then 'after_as_of'
        else 'used'
    end as reason
from surveys_input
cross join params
