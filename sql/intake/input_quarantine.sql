-- input_quarantine: the rows of the auxiliary inputs that were quarantined
-- because something is wrong with them, and what.
--
-- grain: one row per (input, file, row_number)
-- reads: spend_rows, survey_rows, input_files, params
with

broken as (
    select
        'spend' as input,
        file_number,
        file_row,
        reason,
        channel as subject,
        spent_at as happened_at,
        money(amount_minor, params.minor_per_unit) as number
    from spend_rows
    cross join params
    where reason <> 'used'
    union all
    select
        'surveys' as input,
        file_number,
        file_row,
        reason,
        customer_id as subject,
        answered_at as happened_at,
        case when is_finite(score) then score end as number
    from survey_rows
    where reason <> 'used'
),

final as (
    select
        params.as_of,
        broken.input,
        input_files.file,
        broken.file_row as row_number,
        broken.reason,
        nullif(broken.subject, '') as subject,
        broken.happened_at,
        broken.number
    from broken
    cross join params
    inner join input_files
        on broken.input = input_files.input
        and broken.file_number = input_files.file_number
)

select * from final
