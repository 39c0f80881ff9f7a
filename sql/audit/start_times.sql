-- start_times: how many days after their first order the customers who started by each
-- value purchased again (events), or left observation at as_of without it (ended less
-- events), and how many had done neither before.
--
-- grain: one row per (value_number, day) with an event
-- reads: start_members, start_customers
with

ends as (
    select
        start_members.value_number,
        coalesce(start_customers.days_to_second_purchase, start_customers.customer_age_days) as day,
        cast(sum(case when start_customers.days_to_second_purchase is not null then 1 else 0 end) as bigint) as events,
        count(*) as ended
    from start_members
    inner join start_customers
        on start_members.customer_id = start_customers.customer_id
    group by
        start_members.value_number,
        coalesce(start_customers.days_to_second_purchase, start_customers.customer_age_days)
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
