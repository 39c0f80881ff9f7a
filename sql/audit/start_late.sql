-- start_late: what was bought again at ages that not all customers of the month and
-- channel have reached, by those who started by a value.
--
-- grain: one row per (value_number, cohort_month, cell_channel, age_days)
-- reads: late_repeats, start_members, start_customers
with

final as (
    select
        start_members.value_number,
        start_customers.cohort_month,
        case when start_members.attribute_number = 0 then '' else start_customers.first_channel end as cell_channel,
        late_repeats.age_days,
        cast(sum(late_repeats.repeats) as bigint) as repeats,
        cast(sum(late_repeats.money_minor) as bigint) as repeat_minor
    from late_repeats
    inner join start_members
        on late_repeats.customer_id = start_members.customer_id
    inner join start_customers
        on late_repeats.customer_id = start_customers.customer_id
    group by
        start_members.value_number,
        start_customers.cohort_month,
        case when start_members.attribute_number = 0 then '' else start_customers.first_channel end,
        late_repeats.age_days
)

select * from final
