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
        lifecycle_of(
            value.p_purchase_365d,
            value.repeat_purchases,
            value.customer_age_days,
            base_rates.median_days_to_second_purchase,
            params.active_from,
            params.cooling_from
        ) as lifecycle
    from value
    cross join params
    cross join base_rates
    cross join replacement
),

-- P(W > w) stands on knots that are equally spaced in w^power; knot is where
-- among them, counted from 0, the cost to beat lies
located as (
    select
        judged.*,
        case
            when judged.cost_to_beat > 0 and judged.margin_scale > 0 then greatest(
                0e0,
                least(
                    list_size(judged.spend_exceeds) - 1e0,
                    (power(judged.cost_to_beat / judged.margin_scale, judged.spend_power) - judged.spend_first)
                        / judged.spend_step
                )
            )
        end as knot
    from judged
),

marked as (
    select
        located.*,
        case
            when located.clv is null then null
            when located.margin_scale <= 0 then 0e0
            when located.knot is null then located.spend_share * (1 - located.spend_none)
            else located.spend_share * (
                at_place(located.spend_exceeds, floor(located.knot))
                + (located.knot - floor(located.knot)) * (
                    at_place(located.spend_exceeds, ceil(located.knot))
                    - at_place(located.spend_exceeds, floor(located.knot))
                )
            )
        end as keep_probability,
        mark_of(located.keep_value, located.clv, located.keep_floor) as mark
    from located
),

final as (
    select
        marked.*,
        case
            when marked.mark is null then null
            when abs(marked.keep_value) < params.borderline_share * marked.cost_to_beat then 'borderline'
            when marked.mark = 'retain' then 'worth_more'
            when marked.lifecycle = 'new' then 'new_onboard'
            when marked.lifecycle = 'lapsed' then 'lapsed'
            when marked.clv < marked.keep_floor then 'below_floor'
            else 'no_better_than_new'
        end as mark_reason
    from marked
    cross join params
)

select * from final
