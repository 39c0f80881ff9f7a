-- start_findings: the values whose customers buy again, or bring margin by it, more or less
-- than others who started in the same month and channel, beyond chance.
--
-- grain: one row per (measure, attribute, value) with a finding
-- reads: first_orders
with

final as (
    select
        'repeats' as measure,
        attribute,
        value,
        repeat_verdict as verdict,
        compared_customers as customers,
        repeat_ratio as ratio,
        repeat_ratio_low as ratio_low,
        repeat_ratio_high as ratio_high,
        repeat_ratio_shrunken as ratio_shrunken
    from first_orders
    where repeat_verdict in ('better', 'worse')
    union all
    select
        'margin' as measure,
        attribute,
        value,
        margin_verdict as verdict,
        compared_customers as customers,
        margin_ratio as ratio,
        margin_ratio_low as ratio_low,
        margin_ratio_high as ratio_high,
        margin_ratio_shrunken as ratio_shrunken
    from first_orders
    where margin_verdict in ('better', 'worse')
)

select * from final
