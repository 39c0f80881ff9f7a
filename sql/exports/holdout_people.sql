-- holdout_people: the e-mails and phones of everybody in people, for the global
-- holdout; who is in it Go decides by the id.
--
-- grain: one row per row of the people files that is used
-- reads: people_rows, audience_terms
select
    people_rows.customer_id,
    people_rows.email,
    people_rows.phone,
    people_rows.country
from people_rows
cross join audience_terms
where people_rows.reason = 'used'
    and audience_terms.has_global_holdout
