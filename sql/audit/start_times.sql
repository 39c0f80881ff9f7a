-- start_times: how many days after their first order the customers who started by each
-- value purchased again (events), or left observation at as_of without it (ended less
-- events), and how many had done neither before.
--
-- grain: one row per (value_number, day) with an event
-- reads: start_members
with

ends as (
    select
        value_number,
        coalesce(days_to_second_purchase, customer_age_days) as day,
        cast(sum(case when days_to_second_purchase is not null then 1 else 0 end) as bigint) as events,
        count(*) as ended
    from start_members
    group by value_number, coalesce(days_to_second_purchase, customer_age_days)
),

risks as (
    select
        value_number,
        day,
        events,
        cast(
            sum(ended) over (
                partition by value_number
                order by day desc
                rows between unbounded preceding and current row
            ) as bigint
        ) as at_risk
    from ends
),

final as (
    select
        value_number,
        day,
        events,
        at_risk
    from risks
    where events > 0
)

select * from final
