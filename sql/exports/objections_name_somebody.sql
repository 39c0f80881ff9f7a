-- objections_name_somebody: somebody asked not to be written to, and nobody can
-- say who: no list is made then.
--
-- grain: one row per rule
-- reads: suppression_rows, input_files
with

nameless as (
    select concat(input_files.file, ' row ', cast(suppression_rows.file_row as string)) as location
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
        'every row of suppression names somebody: remove or complete those that do not, for nothing is exported while it is not known who objected' as rule,
        count(*) as got,
        cast(0 as bigint) as want,
        min(location) as example
    from nameless
)

select * from final
