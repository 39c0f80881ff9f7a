-- acquisition_kpis: the figures of kpis that tell of acquisition, over the
-- trailing 12 months, and of satisfaction. What is not known is null.
--
-- grain: one row per (metric, channel)
-- reads: channels, satisfaction, replacement, value_sums, params
with

recent as (
    select
        max(case when scope = 'blended' then spend end) as spend,
        max(case when scope = 'blended' then new_customers end) as new_customers,
        max(case when scope = 'paid' then new_customers end) as paid_customers,
        max(case when scope = 'paid' then cac end) as paid_cac,
        max(case when scope = 'blended' then cac end) as blended_cac,
        max(case when scope = 'paid' then ltv_cac end) as ltv_cac,
        max(case when scope = 'paid' then ltv_cac_low end) as ltv_cac_low,
        max(case when scope = 'paid' then ltv_cac_high end) as ltv_cac_high,
        max(case when scope = 'blended' then ltv_cac end) as blended_ltv_cac,
        max(case when scope = 'blended' then ltv_cac_low end) as blended_ltv_cac_low,
        max(case when scope = 'blended' then ltv_cac_high end) as blended_ltv_cac_high,
        max(case when scope = 'paid' then payback_days end) as payback_days,
        max(case when scope = 'paid' then median_payback_days end) as median_payback_days,
        max(case when scope = 'paid' then median_payback_low end) as median_payback_low,
        max(case when scope = 'paid' then median_payback_high end) as median_payback_high
    from channels
    where period = 'trailing_12m'
        and scope in ('paid', 'blended')
),

promoters as (
    select
        max(case when scope = 'all' then nps end) as nps,
        max(case when scope = 'all' then nps_low end) as nps_low,
        max(case when scope = 'all' then nps_high end) as nps_high,
        coalesce(max(case when scope = 'all' then answers end), 0) as answers,
        max(case when name = 'retain' then nps end) as retain_nps,
        max(case when name = 'retain' then nps_low end) as retain_low,
        max(case when name = 'retain' then nps_high end) as retain_high,
        coalesce(max(case when name = 'retain' then answers end), 0) as retain_answers,
        max(case when name = 'acquisition_lookalike' then nps end) as lookalike_nps,
        max(case when name = 'acquisition_lookalike' then nps_low end) as lookalike_low,
        max(case when name = 'acquisition_lookalike' then nps_high end) as lookalike_high,
        coalesce(max(case when name = 'acquisition_lookalike' then answers end), 0) as lookalike_answers
    from satisfaction
    where scope in ('all', 'mark')
),

-- what the marks would be if a first order paid for its acquisition
assumed as (
    select
        coalesce(cast(sum(customers) as bigint), 0) as marked,
        cast(sum(
            case when mark = 'retain' then customers - retained_at_first_order else retained_at_first_order end
        ) as bigint) as changed
    from value_sums
),

base as (
    select
        recent.*,
        promoters.*,
        assumed.marked,
        assumed.changed,
        replacement.cac_source,
        replacement.cac_channel,
        replacement.cac_customers,
        case when replacement.cac_source = 'spend' then replacement.cac end as spend_cac,
        params.cac as configured_cac,
        params.has_spend,
        replacement.first_order_margin,
        params.minor_per_unit
    from recent
    cross join promoters
    cross join assumed
    cross join replacement
    cross join params
),

metrics as (
    select 'acquisition_spend' as metric, cast(null as string) as channel,
        case when has_spend then spend end as value, cast(null as double) as low, cast(null as double) as high, 'money' as unit, new_customers as n
    from base
    union all
    select 'newcomers', null, new_customers, null, null, 'customers', new_customers
    from base
    union all
    select 'paid_cac', null, paid_cac, null, null, 'money', paid_customers
    from base
    union all
    select 'blended_cac', null, blended_cac, null, null, 'money', new_customers
    from base
    union all
    select 'ltv_cac', null, ltv_cac, ltv_cac_low, ltv_cac_high, 'ratio', paid_customers
    from base
    union all
    select 'blended_ltv_cac', null, blended_ltv_cac, blended_ltv_cac_low, blended_ltv_cac_high, 'ratio', new_customers
    from base
    union all
    select 'payback_days', null, payback_days, null, null, 'days', paid_customers
    from base
    union all
    select 'median_payback_days', null, median_payback_days, median_payback_low, median_payback_high, 'days',
        paid_customers
    from base
    union all
    select 'cac_from_spend', nullif(cac_channel, ''), money(to_minor(spend_cac, minor_per_unit), minor_per_unit), null, null,
        'money', cac_customers
    from base
    union all
    select 'cac_configured', null, configured_cac, null, null, 'money', cast(null as bigint)
    from base
    union all
    select 'cac_of_first_order', null, money(to_minor(first_order_margin, minor_per_unit), minor_per_unit), null, null,
        'money', cast(null as bigint)
    from base
    union all
    select 'marks_changed_by_cac', null, case when marked > 0 then changed end, null, null, 'customers', marked
    from base
    union all
    select 'nps', null, nps, nps_low, nps_high, 'points', answers
    from base
    union all
    select 'nps_retain', null, retain_nps, retain_low, retain_high, 'points', retain_answers
    from base
    union all
    select 'nps_lookalike', null, lookalike_nps, lookalike_low, lookalike_high, 'points', lookalike_answers
    from base
),

final as (
    select
        metric,
        channel,
        cast(value as double) as value,
        cast(low as double) as low,
        cast(high as double) as high,
        unit,
        n
    from metrics
)

select * from final
