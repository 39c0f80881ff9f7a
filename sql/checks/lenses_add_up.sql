-- lenses_add_up: the groups of the lenses hold the money of the days they are of, to
-- the minor unit; what became of customers makes the whole change of revenue; the
-- cohorts, with those who have no purchase, make the base; what segments and marks
-- lose to dropout is what the base does.
--
-- grain: one row per rule
-- reads: lenses, day_money, cohort_activity, returns_only, months, segments, kpis, row_counts, params
with

money as (
    select
        lenses.lens,
        lenses.period,
        lenses.period_start,
        lenses.period_end,
        lenses.before_start,
        lenses.before_end,
        lenses.cohort,
        lenses.age_months,
        lenses.customers,
        lenses.active_customers,
        lenses.purchases,
        lenses.purchases_before,
        to_minor(lenses.revenue, params.minor_per_unit) as revenue_minor,
        to_minor(lenses.revenue_before, params.minor_per_unit) as revenue_before_minor,
        to_minor(lenses.revenue_change, params.minor_per_unit) as revenue_change_minor
    from lenses
    cross join params
),

-- lenses 1, 2 and 5 are of days, and hold all that customers did on them
compared_periods as (
    select
        lens,
        period,
        period_start,
        period_end,
        before_start,
        before_end,
        cast(sum(active_customers) as bigint) as active_customers,
        cast(sum(revenue_minor) as bigint) as revenue_minor,
        cast(sum(revenue_before_minor) as bigint) as revenue_before_minor,
        cast(sum(revenue_change_minor) as bigint) as revenue_change_minor
    from money
    where lens in (1, 2, 5)
    group by lens, period, period_start, period_end, before_start, before_end
),

days as (
    select
        compared_periods.lens,
        compared_periods.period,
        compared_periods.period_start,
        coalesce(cast(sum(
            case when day_money.order_day between compared_periods.period_start and compared_periods.period_end then day_money.revenue_minor end
        ) as bigint), 0) as revenue_minor,
        coalesce(cast(sum(
            case when day_money.order_day between compared_periods.before_start and compared_periods.before_end then day_money.revenue_minor end
        ) as bigint), 0) as revenue_before_minor
    from compared_periods
    cross join day_money
    group by compared_periods.lens, compared_periods.period, compared_periods.period_start
),

apart as (
    select
        coalesce(cast(sum(case when compared_periods.revenue_minor <> days.revenue_minor then 1 else 0 end) as bigint), 0) as compared_periods,
        coalesce(cast(sum(
            case when compared_periods.revenue_before_minor <> days.revenue_before_minor then 1 else 0 end
        ) as bigint), 0) as periods_before,
        coalesce(cast(sum(
            case
                when compared_periods.revenue_change_minor <> days.revenue_minor - days.revenue_before_minor then 1
                else 0
            end
        ) as bigint), 0) as changes,
        coalesce(cast(sum(
            case
                when compared_periods.lens = 5 and compared_periods.revenue_minor is null and months.is_whole then 1
                when compared_periods.lens = 5 and compared_periods.revenue_minor is not null and not months.is_whole then 1
                else 0
            end
        ) as bigint), 0) as misplaced
    from compared_periods
    inner join days
        on compared_periods.lens = days.lens
        and compared_periods.period = days.period
        and compared_periods.period_start = days.period_start
    left join months
        on compared_periods.period_start = months.month
),

buyers as (
    select
        cast(sum(case when lens = 1 then active_customers end) as bigint) as of_lens_1,
        cast(sum(case when lens = 2 then active_customers end) as bigint) as of_lens_2
    from compared_periods
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

running as (
    select coalesce(cast(sum(cohort_activity.revenue_minor) as bigint), 0) as revenue_minor
    from cohort_activity
    inner join months
        on greatest(cohort_activity.month, cohort_activity.cohort_month) = months.month
    where not months.is_whole
),

cohort_sums as (
    select coalesce(cast(sum(revenue_minor) as bigint), 0) as revenue_minor
    from money
    where lens = 3
),

quarter_ages as (
    select
        cast(date_trunc('quarter', cohort) as date) as cohort,
        age_months,
        cast(sum(customers) as bigint) as customers,
        cast(sum(purchases) as bigint) as purchases,
        cast(sum(revenue_minor) as bigint) as revenue_minor
    from money
    where lens = 3
    group by cast(date_trunc('quarter', cohort) as date), age_months
),

quarters_apart as (
    select coalesce(cast(sum(
        case
            when quarter_ages.cohort is null or money.customers <> quarter_ages.customers
                or money.purchases <> quarter_ages.purchases or money.revenue_minor <> quarter_ages.revenue_minor then 1
            else 0
        end
    ) as bigint), 0) as quarters
    from money
    left join quarter_ages
        on money.cohort = quarter_ages.cohort
        and money.age_months = quarter_ages.age_months
    where money.lens = 4
),

of_segments as (
    select
        coalesce(cast(sum(to_minor(segments.dropout_loss, params.minor_per_unit)) as bigint), 0) as dropout_loss_minor,
        coalesce(cast(sum(segments.top_5_percent_customers) as bigint), 0) as top_customers,
        coalesce(cast(sum(to_minor(segments.top_5_percent_clv, params.minor_per_unit)) as bigint), 0) as top_clv_minor
    from segments
    cross join params
),

of_kpis as (
    select
        coalesce(cast(sum(
            case when kpis.metric = 'dropout_loss' then to_minor(kpis.value, params.minor_per_unit) end
        ) as bigint), 0) as dropout_loss_minor,
        coalesce(cast(sum(
            case
                when kpis.metric in ('retain_dropout_loss', 'lookalike_dropout_loss')
                    then to_minor(kpis.value, params.minor_per_unit)
            end
        ) as bigint), 0) as marked_loss_minor,
        coalesce(cast(sum(case when kpis.metric = 'top_5_percent_clv' then kpis.n end) as bigint), 0) as top_customers,
        coalesce(cast(sum(
            case when kpis.metric = 'top_5_percent_clv' then to_minor(kpis.value, params.minor_per_unit) end
        ) as bigint), 0) as top_clv_minor
    from kpis
    cross join params
),

compared as (
    select 'days hold the used orders (minor units)' as rule, day_sums.revenue_minor as got, used.amount_minor as want
    from day_sums cross join used
    union all
    select 'the groups of a period hold its money', apart.compared_periods, 0
    from apart
    union all
    select 'the groups of a period hold the money of the one before', apart.periods_before, 0
    from apart
    union all
    select 'new, reactivated, kept, lost and returns make the change of revenue', apart.changes, 0
    from apart
    union all
    select 'the base is told of whole months, and of all of them', apart.misplaced, 0
    from apart
    union all
    select 'the last 12 months have the same buyers in lenses 1 and 2', buyers.of_lens_2, buyers.of_lens_1
    from buyers
    where buyers.of_lens_2 is not null
    union all
    select 'cohorts, the running month and returns-only hold the used orders (minor units)',
        cohort_sums.revenue_minor + running.revenue_minor + returns_only.revenue_minor, used.amount_minor
    from cohort_sums cross join running cross join returns_only cross join used
    union all
    select 'months of first purchase make their quarter', quarters_apart.quarters, 0
    from quarters_apart
    union all
    select 'segments hold what dropout takes (minor units)', of_segments.dropout_loss_minor, of_kpis.dropout_loss_minor
    from of_segments cross join of_kpis
    union all
    select 'marks hold what dropout takes (minor units)', of_kpis.marked_loss_minor, of_kpis.dropout_loss_minor
    from of_kpis
    union all
    select 'segments hold the top customers', of_segments.top_customers, of_kpis.top_customers
    from of_segments cross join of_kpis
    union all
    select 'segments hold the value of the top customers (minor units)', of_segments.top_clv_minor, of_kpis.top_clv_minor
    from of_segments cross join of_kpis
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
