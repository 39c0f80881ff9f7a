-- identities: the ids that customers had before they were merged into others, and
-- the ids they have. A pair that is there twice is one.
--
-- grain: one row per from_id
-- reads: identities_input
select
    from_id,
    min(to_id) as to_id
from identities_input
where not is_blank(from_id)
    and not is_blank(to_id)
group by from_id
