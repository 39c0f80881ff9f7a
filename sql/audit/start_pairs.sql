-- start_pairs: those who started by a value, in a cell, beside all of the cell: how many,
-- what they bought again, and what they would have bought had they bought as the others
-- did (see start_tails). Up to the age that all of the cell have reached, that is as many
-- times the others' mean as they are. Where there are no others nothing is compared.
--
-- grain: one row per (value_number, cell_number) with others
-- reads: start_groups, start_base, start_days, start_tails
with

late as (
    select
        cell_number,
        cast(sum(repeats) as bigint) as repeats,
        cast(sum(repeat_minor) as bigint) as repeat_minor
    from start_days
    group by cell_number
),

everybody as (
    select
        start_base.cell_number,
        cast(sum(start_base.customers) as bigint) as customers,
        cast(sum(start_base.repeats) as bigint) as repeats,
        cast(sum(start_base.repeat_squares) as bigint) as repeat_squares,
        cast(sum(start_base.repeat_minor) as bigint) as repeat_minor,
        cast(sum(start_base.repeat_minor_squares) as decimal(38, 0)) as repeat_minor_squares
    from start_base
    group by start_base.cell_number
),

beside as (
    select
        start_groups.*,
        everybody.customers - start_groups.customers as other_customers,
        cast(everybody.customers as double) as all_customers,
        everybody.repeats - start_groups.repeats as other_repeats,
        everybody.repeat_squares - start_groups.repeat_squares as other_repeat_squares,
        everybody.repeat_minor - start_groups.repeat_minor as other_repeat_minor,
        everybody.repeat_minor_squares - start_groups.repeat_minor_squares as other_repeat_minor_squares,
        cast(everybody.repeats as double) as all_repeats,
        cast(everybody.repeat_squares as double) as all_repeat_squares,
        cast(everybody.repeat_minor as double) as all_repeat_minor,
        cast(everybody.repeat_minor_squares as double) as all_repeat_minor_squares,
        -- what the others bought at the ages that everybody has reached
        everybody.repeats - start_groups.repeats - coalesce(late.repeats, 0) + coalesce(start_tails.repeats, 0)
            as common_repeats,
        everybody.repeat_minor - start_groups.repeat_minor - coalesce(late.repeat_minor, 0) + coalesce(start_tails.repeat_minor, 0)
            as common_minor,
        coalesce(start_tails.expected_billionths, 0) as late_billionths,
        coalesce(start_tails.expected_minor_thousandths, 0) as late_minor_thousandths,
        coalesce(start_tails.alone_repeats, 0) as alone_repeats,
        coalesce(start_tails.alone_minor, 0) as alone_minor
    from start_groups
    inner join everybody
        on start_groups.cell_number = everybody.cell_number
    left join late
        on start_groups.cell_number = late.cell_number
    left join start_tails
        on start_groups.value_number = start_tails.value_number
        and start_groups.cell_number = start_tails.cell_number
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
        cell_number,
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
