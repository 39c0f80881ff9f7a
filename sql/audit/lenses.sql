-- lenses: the five lenses of a customer-base audit, in long form: 1 how different
-- the customers of a period are, 2 what changed from one period to the next, 3 a
-- cohort over its life, 4 cohorts at equal age, 5 the base as its cohorts.
--
-- Fader, Hardie & Ross (2022), The Customer-Base Audit. What a lens does not have,
-- and what cannot be known yet, is null.
--
-- grain: one row per (lens, period, period_start, cohort, age_months, customer_group)
-- reads: lens_lines, params
with

-- the lenses whose groups make up a period's revenue
totals as (
    select
        lens,
        period,
        period_start,
        cast(sum(revenue_minor) as bigint) as revenue_minor
    from lens_lines
    where lens in (1, 5)
    group by lens, period, period_start
),

final as (
    select
        params.as_of,
        lens_lines.lens,
        lens_lines.period,
        lens_lines.period_start,
        lens_lines.period_end,
        lens_lines.before_start,
        lens_lines.before_end,
        lens_lines.cohort,
        lens_lines.age_months,
        lens_lines.customer_group,
        lens_lines.customers,
        lens_lines.active_customers,
        lens_lines.purchases,
        money(lens_lines.revenue_minor, params.minor_per_unit) as revenue,
        -- of less than nothing there is no share
        case
            when totals.revenue_minor > 0 then cast(lens_lines.revenue_minor as double) / nullif(totals.revenue_minor, 0)
        end as share_of_revenue,
        lens_lines.purchases_before,
        money(lens_lines.revenue_before_minor, params.minor_per_unit) as revenue_before,
        money(lens_lines.revenue_minor - lens_lines.revenue_before_minor, params.minor_per_unit) as revenue_change,
        cast(lens_lines.active_customers as double) / nullif(lens_lines.customers, 0) as share_active,
        cast(lens_lines.purchases as double) / nullif(lens_lines.active_customers, 0) as purchases_per_active_customer,
        money(fixed_point(cast(lens_lines.revenue_minor as double) / nullif(lens_lines.purchases, 0), 1), params.minor_per_unit)
            as revenue_per_purchase,
        money(fixed_point(cast(lens_lines.revenue_minor as double) / nullif(lens_lines.customers, 0), 1), params.minor_per_unit)
            as revenue_per_customer,
        coalesce(
            lens_lines.cumulative_revenue_per_customer,
            money(
                fixed_point(cast(lens_lines.cumulative_revenue_minor as double) / nullif(lens_lines.customers, 0), 1),
                params.minor_per_unit
            )
        ) as cumulative_revenue_per_customer
    from lens_lines
    cross join params
    left join totals
        on lens_lines.lens = totals.lens
        and lens_lines.period = totals.period
        and lens_lines.period_start = totals.period_start
)

select * from final
