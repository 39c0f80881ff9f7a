-- repeats_add_up: the parts of the repeat purchase rates make the whole, which is all
-- customers known to be new, and each step begins where the one before it ends.
--
-- grain: one row per rule
-- reads: repeat_windows, repeat_curve, repeat_steps, base_rates, params
with

windows_in_parts as (
    select
        window_days,
        cast(sum(case when scope = 'all' then customers else 0 end) as bigint) as customers,
        cast(sum(case when scope = 'all' then repeaters else 0 end) as bigint) as repeaters,
        cast(sum(case when scope = 'cohort' then customers else 0 end) as bigint) as cohort_customers,
        cast(sum(case when scope = 'cohort' then repeaters else 0 end) as bigint) as cohort_repeaters,
        cast(sum(case when scope = 'channel' then customers else 0 end) as bigint) as channel_customers,
        cast(sum(case when scope = 'channel' then repeaters else 0 end) as bigint) as channel_repeaters
    from repeat_windows
    group by window_days
),

mismatches as (
    select
        cast(sum(case
            when windows_in_parts.customers <> windows_in_parts.cohort_customers
                or windows_in_parts.repeaters <> windows_in_parts.cohort_repeaters
                or (params.has_channel and (windows_in_parts.customers <> windows_in_parts.channel_customers
                    or windows_in_parts.repeaters <> windows_in_parts.channel_repeaters)) then 1
            else 0
        end) as bigint) as window_counts
    from windows_in_parts
    cross join params
),

curve as (
    select
        coalesce(cast(sum(case when scope = 'all' and day = 0 then at_risk else 0 end) as bigint), 0) as customers,
        coalesce(cast(sum(case when scope = 'all' then events else 0 end) as bigint), 0) as events,
        coalesce(cast(sum(case when scope = 'cohort' then events else 0 end) as bigint), 0) as cohort_events
    from repeat_curve
),

steps as (
    select
        coalesce(cast(sum(case when repeat_steps.purchase_number = 1 then repeat_steps.customers else 0 end) as bigint), 0)
            as customers,
        coalesce(cast(sum(case when repeat_steps.purchase_number = 1 then repeat_steps.repeaters else 0 end) as bigint), 0)
            as repeaters,
        coalesce(cast(sum(
            case
                when repeat_steps.purchase_number > 1
                    and repeat_steps.customers <> coalesce(earlier.repeaters, 0)
                        + case when repeat_steps.is_and_more then repeat_steps.repeaters else 0 end then 1
                else 0
            end
        ) as bigint), 0) as gaps
    from repeat_steps
    left join repeat_steps as earlier
        on repeat_steps.purchase_number = earlier.purchase_number + 1
),

compared as (
    select 'cohorts and channels make the windows of the whole' as rule, mismatches.window_counts as got, cast(0 as bigint) as want
    from mismatches
    union all
    select 'the repeat curve begins with every new customer', curve.customers, base_rates.newcomers
    from curve cross join base_rates
    union all
    select 'the repeat curve counts every new customer who purchased again', curve.events, base_rates.repeat_newcomers
    from curve cross join base_rates
    union all
    select 'the repeat curves by cohort count them too', curve.cohort_events, base_rates.repeat_newcomers
    from curve cross join base_rates
    union all
    select 'the repeat steps begin with every new customer', steps.customers, curve.customers
    from steps cross join curve
    union all
    select 'the first repeat step counts every new customer who purchased again', steps.repeaters, curve.events
    from steps cross join curve
    union all
    select 'each repeat step begins with those who made the one before', steps.gaps, 0
    from steps
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
