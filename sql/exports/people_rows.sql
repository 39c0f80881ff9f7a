-- people_rows: every row of the people files, of the customer that its id was merged
-- into, classified: the first reason why it is not used, or 'used'. given_id is the id
-- that stands in the file. No text is null here: see orders on stored texts.
--
-- grain: one row per row of the people files
-- reads: people_input, identities
select
    coalesce(identities.to_id, people_input.customer_id, '') as customer_id,
    coalesce(people_input.customer_id, '') as given_id,
    coalesce(people_input.email, '') as email,
    coalesce(people_input.phone, '') as phone,
    coalesce(people_input.first_name, '') as first_name,
    coalesce(people_input.last_name, '') as last_name,
    coalesce(people_input.country, '') as country,
    coalesce(people_input.zip, '') as zip,
    coalesce(people_input.city, '') as city,
    coalesce(people_input.state, '') as state,
    people_input.consent_email,
    people_input.consent_ads,
    coalesce(people_input.suppressed, false) as is_suppressed,
    people_input.file_number,
    people_input.file_row,
    case
        when people_input.customer_id is null or is_blank(people_input.customer_id) then 'customer_id_missing'
        else 'used'
    end as reason
from people_input
left join identities
    on people_input.customer_id = identities.from_id
