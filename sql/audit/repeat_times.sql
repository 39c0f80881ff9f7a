-- repeat_times: at which age customers purchased again, or left observation at
-- as_of without having done so; in all, by cohort, and by channel where channels
-- are known. Customers whose first purchase is not known for one are left out.
--
-- grain: one row per (scope, cohort_month, channel, day)
-- reads: repeat_scopes
with

final as (
    select
        scope,
        cohort_month,
        channel,
        coalesce(days_to_second_purchase, customer_age_days) as day,
        cast(sum(case when days_to_second_purchase is not null then customers else 0 end) as bigint) as events,
        cast(sum(case when days_to_second_purchase is null then customers else 0 end) as bigint) as censored
    from repeat_scopes
    where is_new
    group by scope, cohort_month, channel, coalesce(days_to_second_purchase, customer_age_days)
)

select * from final
