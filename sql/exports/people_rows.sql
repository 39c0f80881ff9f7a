-- people_rows: every row of the people files, classified: the first reason why
-- it is not used, or 'used'. No text is null here: see orders on stored texts.
--
-- grain: one row per row of the people files
-- reads: people_input
select
    coalesce(customer_id, '') as customer_id,
    coalesce(email, '') as email,
    coalesce(phone, '') as phone,
    coalesce(first_name, '') as first_name,
    coalesce(last_name, '') as last_name,
    coalesce(country, '') as country,
    coalesce(zip, '') as zip,
    coalesce(city, '') as city,
    coalesce(state, '') as state,
    consent_email,
    consent_ads,
    coalesce(suppressed, false) as is_suppressed,
    file_number,
    file_row,
    case
        when customer_id is null or is_blank(customer_id) then 'customer_id_missing'
        else 'used'
    end as reason
from people_input
