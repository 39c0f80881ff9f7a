-- payback_times: at which age the cumulative margin of customers reached the cost
-- of acquiring them, or they left observation at as_of before it had: the cost of
-- their own channel in the month they were acquired (target own), and the blended cost of
-- that month (target blended). Customers acquired in a month without that cost
-- are left out. Empty without spend.
--
-- Most customers have paid by their first day, or bought on no other; only the
-- rest take part in the running sum.
--
-- grain: one row per (target, first_channel, cohort_month, is_trailing, day)
-- reads: summary, newcomer_margins, customer_days, channel_costs, params
with

monthly as (
    select
        period_start as cohort_month,
        scope,
        channel,
        cac_minor
    from channel_costs
    where period = 'month'
        and cac_reason = ''
        and scope in ('channel', 'blended')
),

-- who came in another month has no target; and where no month has a cost, the join with
-- none of them reads nothing
months_with_costs as (
    select cohort_month
    from monthly
    group by cohort_month
),

aimed as (
    select
        summary.customer_id,
        summary.first_channel,
        summary.first_purchase_date,
        cast(date_trunc('month', summary.first_purchase_date) as date) as cohort_month,
        summary.is_trailing,
        summary.customer_age_days,
        summary.repeat_purchases,
        newcomer_margins.first_day_minor,
        own.cac_minor as own_minor,
        blended.cac_minor as blended_minor
    from summary
    inner join newcomer_margins
        on summary.customer_id = newcomer_margins.customer_id
    inner join months_with_costs
        on cast(date_trunc('month', summary.first_purchase_date) as date) = months_with_costs.cohort_month
    left join monthly as own
        on cast(date_trunc('month', summary.first_purchase_date) as date) = own.cohort_month
        and own.scope = 'channel'
        and summary.first_channel = own.channel
    left join monthly as blended
        on cast(date_trunc('month', summary.first_purchase_date) as date) = blended.cohort_month
        and blended.scope = 'blended'
),

running as (
    select
        aimed.customer_id,
        aimed.own_minor,
        aimed.blended_minor,
        age_on(aimed.first_purchase_date, customer_days.order_day) as age_days,
        -- what moved before the first purchase counts at age 0, together
        customer_days.order_day >= aimed.first_purchase_date as has_begun,
        cast(sum(case when params.margin_rate is not null then customer_days.net_minor else customer_days.margin_minor end)
            over (
                partition by aimed.customer_id
                order by customer_days.order_day
                rows between unbounded preceding and current row
            ) as bigint) as money_minor,
        coalesce(params.margin_rate, 1e0) as margin_rate
    from aimed
    inner join customer_days
        on aimed.customer_id = customer_days.customer_id
    cross join params
    where aimed.repeat_purchases > 0
        and aimed.first_day_minor < greatest(
            coalesce(aimed.own_minor, aimed.blended_minor), coalesce(aimed.blended_minor, aimed.own_minor)
        )
),

crossings as (
    select
        customer_id,
        min(case when fixed_point(margin_rate * money_minor, 1) >= own_minor then age_days end) as own_day,
        min(case when fixed_point(margin_rate * money_minor, 1) >= blended_minor then age_days end) as blended_day
    from running
    where has_begun
    group by customer_id
),

targets as (
    select
        'own' as target,
        aimed.first_channel,
        aimed.cohort_month,
        aimed.is_trailing,
        aimed.customer_age_days,
        case when aimed.first_day_minor >= aimed.own_minor then cast(0 as bigint) else crossings.own_day end as paid_day
    from aimed
    left join crossings
        on aimed.customer_id = crossings.customer_id
    where aimed.own_minor is not null
    union all
    select
        'blended' as target,
        aimed.first_channel,
        aimed.cohort_month,
        aimed.is_trailing,
        aimed.customer_age_days,
        case
            when aimed.first_day_minor >= aimed.blended_minor then cast(0 as bigint)
            else crossings.blended_day
        end as paid_day
    from aimed
    left join crossings
        on aimed.customer_id = crossings.customer_id
    where aimed.blended_minor is not null
),

final as (
    select
        target,
        first_channel,
        cohort_month,
        is_trailing,
        coalesce(paid_day, customer_age_days) as day,
        cast(sum(case when paid_day is not null then 1 else 0 end) as bigint) as events,
        cast(sum(case when paid_day is null then 1 else 0 end) as bigint) as censored
    from targets
    group by target, first_channel, cohort_month, is_trailing, coalesce(paid_day, customer_age_days)
)

select * from final
