-- earlier_customers: the customers of the earlier run, by the ids that they have now.
--
-- grain: one row per customer of the earlier run
-- reads: earlier_base, params
select
    earlier_base.customer_id,
    earlier_base.last_purchase_date,
    earlier_base.purchases,
    to_minor(earlier_base.revenue, params.minor_per_unit) as revenue_minor
from earlier_base
cross join params
