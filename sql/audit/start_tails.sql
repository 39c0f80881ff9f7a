-- start_tails: what those who started by a value, in a cell, would have bought again at the
-- ages that not all of the cell have reached, had they bought as the others of their age
-- did, in billionths of a purchase and thousandths of a minor unit; and what they bought at
-- ages that no other has reached, which nothing can be compared with. Of n who have reached
-- an age, of N in all, with what all bought at it, D, and they themselves, d, it is
-- n (D - d) / (N - n): the increment of the mean cumulative function of the others. Nelson
-- (1995), "Confidence Limits for Recurrence Data". Most are alone in their cell, of which
-- start_alone has the part of D.
--
-- grain: one row per (value_number, cell_number) with something in it
-- reads: start_groups, start_risks, start_alone, start_days, start_late
with

everybody as (
    select
        start_risks.value_number,
        start_risks.cell_number,
        cast(sum(
            fixed_point(start_risks.at_risk * (start_days.repeats / cast(start_days.at_risk - start_risks.at_risk as double)), 1000000000)
        ) as bigint) as billionths,
        cast(sum(
            fixed_point(start_risks.at_risk * (start_days.repeat_minor / cast(start_days.at_risk - start_risks.at_risk as double)), 1000)
        ) as bigint) as minor_thousandths
    from start_risks
    inner join start_days
        on start_risks.cell_number = start_days.cell_number
        and start_risks.above_age < start_days.age_days
        and start_risks.until_age >= start_days.age_days
    where start_days.at_risk > start_risks.at_risk
    group by start_risks.value_number, start_risks.cell_number
    union all
    select
        start_groups.value_number,
        start_groups.cell_number,
        start_alone.billionths,
        start_alone.minor_thousandths
    from start_groups
    inner join start_alone
        on start_groups.cell_number = start_alone.cell_number
        and start_groups.oldest_age_days = start_alone.customer_age_days
    where start_groups.customers = 1
),

themselves as (
    select
        start_late.value_number,
        start_late.cell_number,
        start_late.repeats,
        start_late.repeat_minor,
        coalesce(start_risks.at_risk, 1) as at_risk,
        nullif(cast(start_days.at_risk - coalesce(start_risks.at_risk, 1) as double), 0) as others
    from start_late
    inner join start_days
        on start_late.cell_number = start_days.cell_number
        and start_late.age_days = start_days.age_days
    left join start_risks
        on start_late.value_number = start_risks.value_number
        and start_late.cell_number = start_risks.cell_number
        and start_late.age_days > start_risks.above_age
        and start_late.age_days <= start_risks.until_age
),

own as (
    select
        value_number,
        cell_number,
        cast(sum(repeats) as bigint) as repeats,
        cast(sum(repeat_minor) as bigint) as repeat_minor,
        cast(sum(coalesce(fixed_point(at_risk * (repeats / others), 1000000000), 0)) as bigint) as billionths,
        cast(sum(coalesce(fixed_point(at_risk * (repeat_minor / others), 1000), 0)) as bigint) as minor_thousandths,
        cast(sum(case when others is null then repeats else 0 end) as bigint) as alone_repeats,
        cast(sum(case when others is null then repeat_minor else 0 end) as bigint) as alone_minor
    from themselves
    group by value_number, cell_number
),

final as (
    select
        coalesce(everybody.value_number, own.value_number) as value_number,
        coalesce(everybody.cell_number, own.cell_number) as cell_number,
        coalesce(everybody.billionths, 0) - coalesce(own.billionths, 0) as expected_billionths,
        coalesce(everybody.minor_thousandths, 0) - coalesce(own.minor_thousandths, 0) as expected_minor_thousandths,
        coalesce(own.repeats, 0) as repeats,
        coalesce(own.repeat_minor, 0) as repeat_minor,
        coalesce(own.alone_repeats, 0) as alone_repeats,
        coalesce(own.alone_minor, 0) as alone_minor
    from everybody
    full outer join own
        on everybody.value_number = own.value_number
        and everybody.cell_number = own.cell_number
)

select * from final
