-- merged_people: what is known of each id that was merged into a customer of people: the
-- first row under that id, else the one that stands for the customer. What a target was
-- given, it was given under the ids and addresses of that time.
--
-- grain: one row per merged_id
-- reads: identities, people_rows
with

ranked as (
    select
        identities.from_id as merged_id,
        people_rows.*,
        row_number() over (
            partition by identities.from_id
            order by
                people_rows.given_id <> identities.from_id,
                people_rows.given_id <> people_rows.customer_id,
                people_rows.file_number,
                people_rows.file_row
        ) as row_rank
    from identities
    inner join people_rows
        on identities.to_id = people_rows.customer_id
        and people_rows.reason = 'used'
),

final as (
    select
        merged_id,
        customer_id,
        given_id,
        email,
        phone,
        first_name,
        last_name,
        country,
        zip,
        city,
        state,
        consent_email,
        consent_ads,
        is_suppressed,
        file_number,
        file_row,
        reason
    from ranked
    where row_rank = 1
)

select * from final
