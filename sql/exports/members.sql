-- members: who is in the files of the audience, and by what the target knows them, so
-- that the next export knows what the platform holds. Holdouts are in no file.
--
-- grain: one row per customer_id
-- reads: placed, audience_terms
select
    audience_terms.as_of,
    placed.customer_id,
    placed.arm,
    placed.key_1,
    placed.key_2,
    placed.key_3,
    placed.row_key
from placed
cross join audience_terms
where placed.arm in ('all', 'champion', 'challenger')
