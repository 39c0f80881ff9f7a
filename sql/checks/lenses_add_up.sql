-- lenses_add_up: the groups of the lenses that are of days hold the money of these
-- days, to the minor unit; what became of customers makes the whole change of revenue.
--
-- grain: one row per rule
-- reads: lenses, day_money, months, row_counts, params
with

-- lenses 1, 2 and 5 are of days, and hold all that customers did on them
lens_periods as (
    select
        lenses.lens,
        lenses.period,
        lenses.period_start,
        lenses.period_end,
        lenses.before_start,
        lenses.before_end,
        cast(sum(lenses.active_customers) as bigint) as active_customers,
        cast(sum(to_minor(lenses.revenue, params.minor_per_unit)) as bigint) as revenue_minor,
        cast(sum(to_minor(lenses.revenue_before, params.minor_per_unit)) as bigint) as revenue_before_minor,
        cast(sum(to_minor(lenses.revenue_change, params.minor_per_unit)) as bigint) as revenue_change_minor
    from lenses
    cross join params
    where lenses.lens in (1, 2, 5)
    group by
        lenses.lens,
        lenses.period,
        lenses.period_start,
        lenses.period_end,
        lenses.before_start,
        lenses.before_end
),

days as (
    select
        lens_periods.lens,
        lens_periods.period,
        lens_periods.period_start,
        coalesce(cast(sum(
            case
                when day_money.order_day between lens_periods.period_start and lens_periods.period_end
                    then day_money.revenue_minor
            end
        ) as bigint), 0) as revenue_minor,
        coalesce(cast(sum(
            case
                when day_money.order_day between lens_periods.before_start and lens_periods.before_end
                    then day_money.revenue_minor
            end
        ) as bigint), 0) as revenue_before_minor
    from lens_periods
    cross join day_money
    group by lens_periods.lens, lens_periods.period, lens_periods.period_start
),

mismatches as (
    select
        coalesce(cast(sum(
            case when lens_periods.revenue_minor <> days.revenue_minor then 1 else 0 end
        ) as bigint), 0) as periods,
        coalesce(cast(sum(
            case when lens_periods.revenue_before_minor <> days.revenue_before_minor then 1 else 0 end
        ) as bigint), 0) as periods_before,
        coalesce(cast(sum(
            case
                when lens_periods.revenue_change_minor <> days.revenue_minor - days.revenue_before_minor then 1
                else 0
            end
        ) as bigint), 0) as changes,
        coalesce(cast(sum(
            case
                when lens_periods.lens = 5 and (lens_periods.revenue_minor is not null) <> months.is_whole then 1
                else 0
            end
        ) as bigint), 0) as misplaced
    from lens_periods
    inner join days
        on lens_periods.lens = days.lens
        and lens_periods.period = days.period
        and lens_periods.period_start = days.period_start
    left join months
        on lens_periods.period_start = months.month
),

buyers as (
    select
        cast(sum(case when lens = 1 then active_customers end) as bigint) as of_lens_1,
        cast(sum(case when lens = 2 then active_customers end) as bigint) as of_lens_2
    from lens_periods
    where period = '12_months'
),

day_sums as (
    select coalesce(cast(sum(revenue_minor) as bigint), 0) as revenue_minor
    from day_money
),

used as (
    select coalesce(cast(sum(case when reason = 'used' then amount_minor else 0 end) as bigint), 0) as amount_minor
    from row_counts
),

compared as (
    select 'days hold the used orders (minor units)' as rule, day_sums.revenue_minor as got, used.amount_minor as want
    from day_sums cross join used
    union all
    select 'the groups of a period hold its money', mismatches.periods, 0
    from mismatches
    union all
    select 'the groups of a period hold the money of the one before', mismatches.periods_before, 0
    from mismatches
    union all
    select 'new, reactivated, kept, lost and returns make the change of revenue', mismatches.changes, 0
    from mismatches
    union all
    select 'the base is known of whole months, and of all of them', mismatches.misplaced, 0
    from mismatches
    union all
    select 'the last 12 months have the same buyers in lenses 1 and 2', buyers.of_lens_2, buyers.of_lens_1
    from buyers
    where buyers.of_lens_2 is not null
),

final as (
    select
        rule,
        got,
        want,
        cast(null as string) as example
    from compared
)

select * from final
