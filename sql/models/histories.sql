-- histories: the distinct purchase histories of the base, and how many customers
-- share each, by the group that may get parameters of its own: a channel, the old
-- customers of all channels, or 0.
--
-- grain: one row per (fit_group, repeat_purchases, age_at_last_purchase_days, customer_age_days)
-- reads: summary, candidate_groups
select
    coalesce(candidate_groups.fit_group, 0) as fit_group,
    summary.repeat_purchases,
    summary.age_at_last_purchase_days,
    summary.customer_age_days,
    count(*) as customers
from summary
left join candidate_groups
    on summary.is_old = candidate_groups.is_old
    and case when summary.is_old then '' else summary.first_channel end = candidate_groups.first_channel
group by
    coalesce(candidate_groups.fit_group, 0),
    summary.repeat_purchases,
    summary.age_at_last_purchase_days,
    summary.customer_age_days
