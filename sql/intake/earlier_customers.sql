-- earlier_customers: the customers of the earlier run, by the ids that they have now:
-- one who was merged into another since is not gone.
--
-- grain: one row per customer of the earlier run
-- reads: earlier_base, identities, params
select
    coalesce(identities.to_id, earlier_base.customer_id) as customer_id,
    earlier_base.last_purchase_date,
    earlier_base.purchases,
    to_minor(earlier_base.revenue, params.minor_per_unit) as revenue_minor
from earlier_base
cross join params
left join identities
    on earlier_base.customer_id = identities.from_id
