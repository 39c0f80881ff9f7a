-- repeated_people: the customers with several rows of people, and the file and row
-- of the one that stands: the first under the customer's own id, else the first under
-- one that was merged into it. What the others object to counts all the same.
--
-- grain: one row per customer_id
-- reads: people_rows
with

repeated as (
    select customer_id
    from people_rows
    where reason = 'used'
    group by customer_id
    having count(*) > 1
),

ranked as (
    select
        people_rows.customer_id,
        people_rows.file_number,
        people_rows.file_row,
        row_number() over (
            partition by people_rows.customer_id
            order by
                people_rows.given_id <> people_rows.customer_id,
                people_rows.file_number,
                people_rows.file_row
        ) as row_rank
    from people_rows
    inner join repeated
        on people_rows.customer_id = repeated.customer_id
    where people_rows.reason = 'used'
),

final as (
    select
        customer_id,
        file_number,
        file_row
    from ranked
    where row_rank = 1
)

select * from final
