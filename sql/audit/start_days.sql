-- start_days: what all customers of a month and channel bought again at each age that not
-- all of them have reached, and how many have.
--
-- grain: one row per (is_by_channel, cohort_month, cell_channel, age_days)
-- reads: late_repeats, start_customers, start_base
with

events as (
    select
        true as is_by_channel,
        start_customers.cohort_month,
        start_customers.first_channel as cell_channel,
        late_repeats.age_days,
        late_repeats.repeats,
        late_repeats.money_minor
    from late_repeats
    inner join start_customers
        on late_repeats.customer_id = start_customers.customer_id
    union all
    select
        false as is_by_channel,
        start_customers.cohort_month,
        '' as cell_channel,
        late_repeats.age_days,
        late_repeats.repeats,
        late_repeats.money_minor
    from late_repeats
    inner join start_customers
        on late_repeats.customer_id = start_customers.customer_id
),

sums as (
    select
        is_by_channel,
        cohort_month,
        cell_channel,
        age_days,
        cast(sum(repeats) as bigint) as repeats,
        cast(sum(money_minor) as bigint) as repeat_minor
    from events
    group by is_by_channel, cohort_month, cell_channel, age_days
),

final as (
    select
        sums.is_by_channel,
        sums.cohort_month,
        sums.cell_channel,
        sums.age_days,
        sums.repeats,
        sums.repeat_minor,
        cast(sum(start_base.customers) as bigint) as at_risk
    from sums
    inner join start_base
        on sums.is_by_channel = start_base.is_by_channel
        and sums.cohort_month = start_base.cohort_month
        and sums.cell_channel = start_base.cell_channel
        and sums.age_days <= start_base.customer_age_days
    group by sums.is_by_channel, sums.cohort_month, sums.cell_channel, sums.age_days, sums.repeats, sums.repeat_minor
)

select * from final
