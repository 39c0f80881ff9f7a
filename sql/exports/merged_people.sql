-- merged_people: what is known of each id that was merged into a customer of people: the
-- first row under that id, else the one that stands for the customer. What a target was
-- given, it was given under the ids and addresses of that time.
--
-- grain: one row per merged_id
-- reads: identities, people_rows, people
with

ranked as (
    select
        given_id,
        file_number,
        file_row,
        row_number() over (
            partition by given_id
            order by file_number, file_row
        ) as row_rank
    from people_rows
    where reason = 'used'
        and given_id <> customer_id
),

places as (
    select
        identities.from_id as merged_id,
        coalesce(ranked.file_number, people.file_number) as file_number,
        coalesce(ranked.file_row, people.file_row) as file_row
    from identities
    inner join people
        on identities.to_id = people.customer_id
    left join ranked
        on identities.from_id = ranked.given_id
        and ranked.row_rank = 1
),

final as (
    select
        places.merged_id,
        people_rows.*
    from places
    inner join people_rows
        on places.file_number = people_rows.file_number
        and places.file_row = people_rows.file_row
)

select * from final
