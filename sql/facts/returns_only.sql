-- returns_only: the customers who have no purchase left, which every
-- reconciliation includes and customers leaves out.
--
-- grain: one row
-- reads: customer_totals
select
    count(*) as customers,
    coalesce(cast(sum(revenue_minor) as bigint), 0) as revenue_minor,
    coalesce(cast(sum(margin_minor) as bigint), 0) as margin_minor
from customer_totals
where first_purchase_date is null
