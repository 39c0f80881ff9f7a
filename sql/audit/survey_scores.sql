-- survey_scores: the last answer of each customer; of several at the same time,
-- the worst.
--
-- grain: one row per customer_id
-- reads: survey_rows
with

last_times as (
    select
        customer_id,
        max(answered_at) as answered_at
    from survey_rows
    where reason = 'used'
    group by customer_id
),

final as (
    select
        survey_rows.customer_id,
        min(survey_rows.score) as score
    from survey_rows
    inner join last_times
        on survey_rows.customer_id = last_times.customer_id
        and survey_rows.answered_at = last_times.answered_at
    where survey_rows.reason = 'used'
    group by survey_rows.customer_id
)

select * from final
