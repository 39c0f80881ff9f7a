-- marks: every customer with the verdict: retain, or acquisition_lookalike, and
-- why. Set before any rounding; null where no model could be fitted.
--
-- grain: one row per customer_id
-- reads: value, replacement, base_rates, params
with

judged as (
    select
        value.*,
        value.clv - params.retention_cost - replacement.replacement as keep_value,
        replacement.keep_floor,
        params.retention_cost + replacement.replacement as cost_to_beat,
        case
            when value.p_purchase_365d is null then null
            when value.repeat_purchases = 0
                and value.customer_age_days < base_rates.median_days_to_second_purchase then 'new'
            when value.p_purchase_365d >= params.active_from then 'active'
            when value.p_purchase_365d >= params.cooling_from then 'cooling'
            else 'lapsed'
        end as lifecycle
    from value
    cross join params
    cross join base_rates
    cross join replacement
),

marked as (
    select
        judged.*,
        case
            when judged.keep_value is null then null
            when judged.keep_value > 0 and judged.clv >= judged.keep_floor then 'retain'
            else 'acquisition_lookalike'
        end as mark
    from judged
),

final as (
    select
        marked.*,
        case
            when marked.mark is null then null
            when abs(marked.keep_value) < 0.1e0 * marked.cost_to_beat then 'borderline'
            when marked.mark = 'retain' then 'worth_more'
            when marked.lifecycle = 'new' then 'new_onboard'
            when marked.lifecycle = 'lapsed' then 'lapsed'
            when marked.clv < marked.keep_floor then 'below_floor'
            else 'no_better_than_new'
        end as mark_reason
    from marked
)

select * from final
