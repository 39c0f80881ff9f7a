-- repeat_times: at which age customers purchased again, or left observation at
-- as_of without having done so; in all, by cohort, and by channel where channels
-- are known. Customers whose first purchase is not known for one are left out.
--
-- grain: one row per (scope, cohort_month, channel, day)
-- reads: second_purchases, params
with

times as (
    select
        cohort_month,
        first_channel as channel,
        coalesce(days_to_second_purchase, customer_age_days) as day,
        cast(sum(case when days_to_second_purchase is not null then customers else 0 end) as bigint) as events,
        cast(sum(case when days_to_second_purchase is null then customers else 0 end) as bigint) as censored
    from second_purchases
    where is_fitted
    group by cohort_month, first_channel, coalesce(days_to_second_purchase, customer_age_days)
),

final as (
    select
        'all' as scope,
        cast(null as date) as cohort_month,
        cast(null as string) as channel,
        day,
        cast(sum(events) as bigint) as events,
        cast(sum(censored) as bigint) as censored
    from times
    group by day
    union all
    select
        'cohort' as scope,
        cohort_month,
        cast(null as string) as channel,
        day,
        cast(sum(events) as bigint) as events,
        cast(sum(censored) as bigint) as censored
    from times
    group by cohort_month, day
    union all
    select
        'channel' as scope,
        cast(null as date) as cohort_month,
        nullif(times.channel, '') as channel,
        times.day,
        cast(sum(times.events) as bigint) as events,
        cast(sum(times.censored) as bigint) as censored
    from times
    cross join params
    where params.has_channel
    group by times.channel, times.day
)

select * from final
