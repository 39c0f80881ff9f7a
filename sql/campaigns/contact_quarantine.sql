-- contact_quarantine: the rows of the contact files that were quarantined because
-- something is wrong with them, and what. Rows of other campaigns are counted, not
-- listed.
--
-- grain: one row per (file, row_number)
-- reads: contact_rows, campaign_files, params
select
    params.as_of,
    campaign_files.file,
    contact_rows.file_row as row_number,
    contact_rows.reason,
    nullif(contact_rows.customer_id, '') as customer_id,
    nullif(contact_rows.campaign, '') as campaign,
    contact_rows.sent_at,
    case when is_finite(contact_rows.cost) then contact_rows.cost end as cost
from contact_rows
cross join params
inner join campaign_files
    on contact_rows.file_number = campaign_files.file_number
where campaign_files.input = 'contacts'
    and contact_rows.reason not in ('used', 'other_campaign')
