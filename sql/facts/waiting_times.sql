-- waiting_times: how many customers wait for how many days for their next purchase,
-- by how many they have made. From repeat_steps on they are counted together. Those who
-- are not fitted, or old, may have purchased before the files begin, and are left out.
--
-- grain: one row per (purchase_number, waiting_days)
-- reads: summary, params
with

final as (
    select
        least(summary.purchases, params.repeat_steps) as purchase_number,
        summary.days_since_last_purchase as waiting_days,
        count(*) as customers
    from summary
    cross join params
    where summary.is_fitted and not summary.is_old
    group by least(summary.purchases, params.repeat_steps), summary.days_since_last_purchase
)

select * from final
