-- start_ratios: what those who started by each value bought again to date, beside what
-- they would have bought as the others of their cells did, at their own
-- ages; with the variance of the one by their own spread, of the other by the others', and
-- of the difference were there none between them. Variances are summed as whole
-- numbers: in millionths, of money with the mean square of a customer's as the unit.
--
-- grain: one row per value_number with others to compare with
-- reads: start_pairs, start_base
with

scale as (
    select
        cast(cast(sum(repeat_minor_squares) as decimal(38, 0)) as double)
            / nullif(cast(cast(sum(customers) as bigint) as double), 0) as mean_square
    from start_base
),

scaled as (
    select
        start_pairs.*,
        nullif(scale.mean_square, 0) as mean_square
    from start_pairs
    cross join scale
),

sums as (
    select
        value_number,
        mean_square,
        cast(sum(customers) as bigint) as customers,
        cast(sum(other_customers) as bigint) as other_customers,
        cast(sum(repeats) as bigint) as repeats,
        cast(sum(repeat_minor) as bigint) as repeat_minor,
        cast(sum(expected_billionths) as bigint) as expected_billionths,
        cast(sum(expected_minor_thousandths) as bigint) as expected_minor_thousandths,
        cast(sum(fixed_point(least(own_repeat_variance, 1e11), 1000000)) as bigint) as own_repeat_millionths,
        cast(sum(fixed_point(least(other_repeat_variance, 1e11), 1000000)) as bigint) as other_repeat_millionths,
        cast(sum(fixed_point(least(chance_repeat_variance, 1e11), 1000000)) as bigint) as chance_repeat_millionths,
        cast(sum(fixed_point(least(own_minor_variance / mean_square, 1e11), 1000000)) as bigint) as own_minor_millionths,
        cast(sum(fixed_point(least(other_minor_variance / mean_square, 1e11), 1000000)) as bigint) as other_minor_millionths,
        cast(sum(fixed_point(least(chance_minor_variance / mean_square, 1e11), 1000000)) as bigint) as chance_minor_millionths
    from scaled
    group by value_number, mean_square
),

final as (
    select
        value_number,
        customers,
        other_customers,
        cast(repeats as double) as repeats,
        expected_billionths / 1e9 as expected_repeats,
        own_repeat_millionths / 1e6 as own_repeat_variance,
        other_repeat_millionths / 1e6 as other_repeat_variance,
        chance_repeat_millionths / 1e6 as chance_repeat_variance,
        cast(repeat_minor as double) as repeat_minor,
        expected_minor_thousandths / 1e3 as expected_repeat_minor,
        coalesce(own_minor_millionths / 1e6 * mean_square, 0e0) as own_minor_variance,
        coalesce(other_minor_millionths / 1e6 * mean_square, 0e0) as other_minor_variance,
        coalesce(chance_minor_millionths / 1e6 * mean_square, 0e0) as chance_minor_variance
    from sums
)

select * from final
