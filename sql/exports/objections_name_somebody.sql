-- objections_name_somebody: somebody asked not to be written to, and nobody can
-- say who: no list is made then.
--
-- grain: one row per broken rule
-- reads: suppression_rows, input_files
with

nameless as (
    select
        input_files.file,
        suppression_rows.file_row
    from suppression_rows
    inner join input_files
        on input_files.input = 'suppression'
        and suppression_rows.file_number = input_files.file_number
    where is_blank(suppression_rows.customer_id)
        and is_blank(suppression_rows.email)
        and is_blank(suppression_rows.hash)
),

final as (
    select
        'a row of suppression names somebody' as rule,
        count(*) as offenders,
        concat(min(file), ' row ', cast(min(file_row) as string)) as example
    from nameless
    having count(*) > 0
)

select * from final
