-- objections: who must not be in the audience by what people says of them, in
-- any of their rows.
--
-- grain: one row per row of the people files that objects
-- reads: people_rows, audience_terms
select
    people_rows.customer_id,
    people_rows.email,
    people_rows.phone,
    people_rows.country,
    people_rows.file_number,
    people_rows.file_row
from people_rows
cross join audience_terms
where people_rows.is_suppressed
    or audience_terms.is_email and not people_rows.consent_email
    or audience_terms.is_ads and not people_rows.consent_ads
