-- suppression_rows: those who objected elsewhere, by what they are known by.
--
-- grain: one row per row of the suppression files
-- reads: suppression_input
select
    coalesce(customer_id, '') as customer_id,
    coalesce(email, '') as email,
    coalesce(hash, '') as hash,
    file_number,
    file_row
from suppression_input
