-- identity_faults: what is wrong with the merged customers, and the first place of
-- each in each file: an id that is missing, an id that was merged into two others
-- (several_to), and an id that others were merged into although it was merged itself
-- (merged_to), so that it depends on the order who is who.
--
-- grain: one row per (fault, file)
-- reads: identities_input, input_files
with

several as (
    select from_id
    from identities_input
    group by from_id
    having min(to_id) <> max(to_id)
),

merged as (
    select from_id
    from identities_input
    where not is_blank(from_id)
    group by from_id
),

faults as (
    select
        'missing' as fault,
        file_number,
        file_row
    from identities_input
    where coalesce(is_blank(from_id), true)
        or coalesce(is_blank(to_id), true)
    union all
    select
        'several_to' as fault,
        identities_input.file_number,
        identities_input.file_row
    from identities_input
    inner join several
        on identities_input.from_id = several.from_id
    union all
    select
        'merged_to' as fault,
        identities_input.file_number,
        identities_input.file_row
    from identities_input
    inner join merged
        on identities_input.to_id = merged.from_id
),

final as (
    select
        faults.fault,
        input_files.file,
        min(faults.file_row) as first_row,
        count(*) as input_rows
    from faults
    inner join input_files
        on faults.file_number = input_files.file_number
    where input_files.input = 'identities'
    group by faults.fault, input_files.file
)

select * from final
