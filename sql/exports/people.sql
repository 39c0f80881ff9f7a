-- people: what is known of each person, by the row that stands.
--
-- grain: one row per customer_id
-- reads: people_rows, repeated_people
with

standing as (
    select people_rows.*
    from people_rows
    left join repeated_people
        on people_rows.customer_id = repeated_people.customer_id
    where people_rows.reason = 'used'
        and (
            repeated_people.file_number is null
            or people_rows.file_number = repeated_people.file_number
            and people_rows.file_row = repeated_people.file_row
        )
)

select * from standing
