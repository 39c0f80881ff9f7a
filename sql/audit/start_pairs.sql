-- start_pairs: those who started by a value, in a month and channel, beside all who
-- started then: how many, what they bought again, and what they would have bought had
-- they bought as the others did (see start_tails). Up to the age that all of the month
-- have reached, that is as many times the others' mean as they are. Where there are no
-- others nothing is compared.
--
-- grain: one row per (value_number, cohort_month, cell_channel) with others
-- reads: start_cells, start_base, start_days, start_tails
with

members as (
    select
        value_number,
        attribute_number > 0 as is_by_channel,
        cohort_month,
        case when attribute_number = 0 then '' else first_channel end as cell_channel,
        cast(sum(customers) as bigint) as customers,
        cast(sum(repeats) as bigint) as repeats,
        cast(sum(repeat_squares) as bigint) as repeat_squares,
        cast(sum(repeat_minor) as bigint) as repeat_minor,
        cast(sum(repeat_minor_squares) as decimal(38, 0)) as repeat_minor_squares
    from start_cells
    group by
        value_number,
        attribute_number > 0,
        cohort_month,
        case when attribute_number = 0 then '' else first_channel end
),

late as (
    select
        is_by_channel,
        cohort_month,
        cell_channel,
        cast(sum(repeats) as bigint) as repeats,
        cast(sum(repeat_minor) as bigint) as repeat_minor
    from start_days
    group by is_by_channel, cohort_month, cell_channel
),

everybody as (
    select
        start_base.is_by_channel,
        start_base.cohort_month,
        start_base.cell_channel,
        cast(sum(start_base.customers) as bigint) as customers,
        cast(sum(start_base.repeats) as bigint) as repeats,
        cast(sum(start_base.repeat_squares) as bigint) as repeat_squares,
        cast(sum(start_base.repeat_minor) as bigint) as repeat_minor,
        cast(sum(start_base.repeat_minor_squares) as decimal(38, 0)) as repeat_minor_squares
    from start_base
    group by start_base.is_by_channel, start_base.cohort_month, start_base.cell_channel
),

beside as (
    select
        members.*,
        everybody.customers - members.customers as other_customers,
        cast(everybody.customers as double) as all_customers,
        everybody.repeats - members.repeats as other_repeats,
        everybody.repeat_squares - members.repeat_squares as other_repeat_squares,
        everybody.repeat_minor - members.repeat_minor as other_repeat_minor,
        everybody.repeat_minor_squares - members.repeat_minor_squares as other_repeat_minor_squares,
        cast(everybody.repeats as double) as all_repeats,
        cast(everybody.repeat_squares as double) as all_repeat_squares,
        cast(everybody.repeat_minor as double) as all_repeat_minor,
        cast(everybody.repeat_minor_squares as double) as all_repeat_minor_squares,
        -- what the others bought at the ages that everybody has reached
        everybody.repeats - members.repeats - coalesce(late.repeats, 0) + coalesce(start_tails.repeats, 0)
            as common_repeats,
        everybody.repeat_minor - members.repeat_minor - coalesce(late.repeat_minor, 0) + coalesce(start_tails.repeat_minor, 0)
            as common_minor,
        coalesce(start_tails.expected_billionths, 0) as late_billionths,
        coalesce(start_tails.expected_minor_thousandths, 0) as late_minor_thousandths,
        coalesce(start_tails.alone_repeats, 0) as alone_repeats,
        coalesce(start_tails.alone_minor, 0) as alone_minor
    from members
    inner join everybody
        on members.is_by_channel = everybody.is_by_channel
        and members.cohort_month = everybody.cohort_month
        and members.cell_channel = everybody.cell_channel
    left join late
        on members.is_by_channel = late.is_by_channel
        and members.cohort_month = late.cohort_month
        and members.cell_channel = late.cell_channel
    left join start_tails
        on members.value_number = start_tails.value_number
        and members.cohort_month = start_tails.cohort_month
        and members.cell_channel = start_tails.cell_channel
),

-- variances of one customer: of all, of those who started by the value, and of the others,
-- by all where one customer is alone
spreads as (
    select
        beside.*,
        customers / cast(other_customers as double) as weight,
        (all_repeat_squares - all_repeats * all_repeats / all_customers) / nullif(all_customers - 1, 0) as repeat_variance,
        (repeat_squares - cast(repeats as double) * repeats / customers) / nullif(cast(customers - 1 as double), 0)
            as own_repeat_variance,
        (other_repeat_squares - cast(other_repeats as double) * other_repeats / other_customers)
            / nullif(cast(other_customers - 1 as double), 0) as other_repeat_variance,
        (all_repeat_minor_squares - all_repeat_minor * all_repeat_minor / all_customers) / nullif(all_customers - 1, 0)
            as minor_variance,
        (cast(repeat_minor_squares as double) - cast(repeat_minor as double) * repeat_minor / customers)
            / nullif(cast(customers - 1 as double), 0) as own_minor_variance,
        (cast(other_repeat_minor_squares as double) - cast(other_repeat_minor as double) * other_repeat_minor / other_customers)
            / nullif(cast(other_customers - 1 as double), 0) as other_minor_variance
    from beside
    where other_customers > 0
),

final as (
    select
        value_number,
        cohort_month,
        cell_channel,
        customers,
        other_customers,
        repeats - alone_repeats as repeats,
        repeat_minor - alone_minor as repeat_minor,
        fixed_point(weight * common_repeats, 1000000000) + late_billionths as expected_billionths,
        fixed_point(weight * common_minor, 1000) + late_minor_thousandths as expected_minor_thousandths,
        customers * coalesce(own_repeat_variance, repeat_variance) as own_repeat_variance,
        customers * weight * coalesce(other_repeat_variance, repeat_variance) as other_repeat_variance,
        customers * (1 + weight) * repeat_variance as chance_repeat_variance,
        customers * coalesce(own_minor_variance, minor_variance) as own_minor_variance,
        customers * weight * coalesce(other_minor_variance, minor_variance) as other_minor_variance,
        customers * (1 + weight) * minor_variance as chance_minor_variance
    from spreads
)

select * from final
