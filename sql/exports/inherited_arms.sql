-- inherited_arms: the customers who were assigned under an id that was merged into
-- theirs since: the arm that they keep was drawn for that id.
--
-- grain: one row per customer_id
-- reads: first_assignments
select
    customer_id,
    arm
from first_assignments
where given_id <> customer_id
