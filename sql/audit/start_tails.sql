-- start_tails: what those who started by a value, in a month and channel, would have
-- bought again at the ages that not all of the month have reached, had they bought as
-- the others of their age did, in billionths of a purchase and thousandths of a minor
-- unit; and what they bought at ages that no other has reached, which nothing can be
-- compared with. Of n who have reached an age, of N in all, with what all bought at it, D,
-- and they themselves, d, it is n (D - d) / (N - n): the increment of Nelson's (1995) mean
-- cumulative function of the others.
--
-- grain: one row per (value_number, cohort_month, cell_channel)
-- reads: start_risks, start_days, start_late
with

everybody as (
    select
        start_risks.value_number,
        start_risks.cohort_month,
        start_risks.cell_channel,
        cast(sum(
            fixed_point(start_risks.at_risk * (start_days.repeats / cast(start_days.at_risk - start_risks.at_risk as double)), 1000000000)
        ) as bigint) as billionths,
        cast(sum(
            fixed_point(start_risks.at_risk * (start_days.repeat_minor / cast(start_days.at_risk - start_risks.at_risk as double)), 1000)
        ) as bigint) as minor_thousandths
    from start_risks
    inner join start_days
        on start_risks.is_by_channel = start_days.is_by_channel
        and start_risks.cohort_month = start_days.cohort_month
        and start_risks.cell_channel = start_days.cell_channel
        and start_risks.above_age < start_days.age_days
        and start_risks.until_age >= start_days.age_days
    where start_days.at_risk > start_risks.at_risk
    group by start_risks.value_number, start_risks.cohort_month, start_risks.cell_channel
),

themselves as (
    select
        start_risks.value_number,
        start_risks.cohort_month,
        start_risks.cell_channel,
        start_late.repeats,
        start_late.repeat_minor,
        start_risks.at_risk,
        nullif(cast(start_days.at_risk - start_risks.at_risk as double), 0) as others
    from start_late
    inner join start_risks
        on start_late.value_number = start_risks.value_number
        and start_late.cohort_month = start_risks.cohort_month
        and start_late.cell_channel = start_risks.cell_channel
        and start_late.age_days > start_risks.above_age
        and start_late.age_days <= start_risks.until_age
    inner join start_days
        on start_risks.is_by_channel = start_days.is_by_channel
        and start_risks.cohort_month = start_days.cohort_month
        and start_risks.cell_channel = start_days.cell_channel
        and start_late.age_days = start_days.age_days
),

own as (
    select
        value_number,
        cohort_month,
        cell_channel,
        cast(sum(repeats) as bigint) as repeats,
        cast(sum(repeat_minor) as bigint) as repeat_minor,
        cast(sum(coalesce(fixed_point(at_risk * (repeats / others), 1000000000), 0)) as bigint) as billionths,
        cast(sum(coalesce(fixed_point(at_risk * (repeat_minor / others), 1000), 0)) as bigint) as minor_thousandths,
        cast(sum(case when others is null then repeats else 0 end) as bigint) as alone_repeats,
        cast(sum(case when others is null then repeat_minor else 0 end) as bigint) as alone_minor
    from themselves
    group by value_number, cohort_month, cell_channel
),

final as (
    select
        coalesce(everybody.value_number, own.value_number) as value_number,
        coalesce(everybody.cohort_month, own.cohort_month) as cohort_month,
        coalesce(everybody.cell_channel, own.cell_channel) as cell_channel,
        coalesce(everybody.billionths, 0) - coalesce(own.billionths, 0) as expected_billionths,
        coalesce(everybody.minor_thousandths, 0) - coalesce(own.minor_thousandths, 0) as expected_minor_thousandths,
        coalesce(own.repeats, 0) as repeats,
        coalesce(own.repeat_minor, 0) as repeat_minor,
        coalesce(own.alone_repeats, 0) as alone_repeats,
        coalesce(own.alone_minor, 0) as alone_minor
    from everybody
    full outer join own
        on everybody.value_number = own.value_number
        and everybody.cohort_month = own.cohort_month
        and everybody.cell_channel = own.cell_channel
)

select * from final
