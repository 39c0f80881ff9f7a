-- grouped_customers: the summary with the fit group of each customer: the one of
-- their channel, or 0, the parameters of the whole base.
--
-- grain: one row per customer_id
-- reads: summary, fit_groups
select
    summary.*,
    coalesce(fit_groups.fit_group, 0) as fit_group
from summary
left join fit_groups
    on summary.first_channel = fit_groups.first_channel
