-- suppression_rows: those who objected elsewhere, by what they are known by; an id is
-- that of the customer it was merged into.
--
-- grain: one row per row of the suppression files
-- reads: suppression_input, identities
select
    coalesce(identities.to_id, suppression_input.customer_id, '') as customer_id,
    coalesce(suppression_input.email, '') as email,
    coalesce(suppression_input.hash, '') as hash,
    suppression_input.file_number,
    suppression_input.file_row
from suppression_input
left join identities
    on suppression_input.customer_id = identities.from_id
