-- start_factors: what the effects of their first purchase do to the forecasts of each
-- customer: to how many purchases are expected, and to what one is worth of whom none is
-- known. Of several values of one attribute the mean effect counts. Effects are whole
-- billionths of the logarithm. Repeat_band is the band of repeats whose total they leave:
-- none, 1 or 2, 3 to 6, 7 to 14, more. Empty where there are none.
--
-- grain: one row per customer_id whose first purchase is known
-- reads: summary, fit_groups, start_effects, first_labels
with

of_attributes as (
    select
        first_labels.customer_id,
        first_labels.attribute_number,
        cast(round(cast(sum(coalesce(start_effects.purchase_billionths, 0)) as double) / count(*)) as bigint) as purchase_billionths,
        cast(round(cast(sum(coalesce(start_effects.spend_billionths, 0)) as double) / count(*)) as bigint) as spend_billionths
    from first_labels
    left join start_effects
        on first_labels.attribute_number = start_effects.attribute_number
        and first_labels.label = start_effects.content
    group by first_labels.customer_id, first_labels.attribute_number
),

of_customers as (
    select
        customer_id,
        cast(sum(purchase_billionths) as bigint) as purchase_billionths,
        cast(sum(spend_billionths) as bigint) as spend_billionths
    from of_attributes
    group by customer_id
),

final as (
    select
        summary.customer_id,
        coalesce(fit_groups.fit_group, 0) as fit_group,
        case
            when summary.repeat_purchases = 0 then 0
            when summary.repeat_purchases <= 2 then 1
            when summary.repeat_purchases <= 6 then 2
            when summary.repeat_purchases <= 14 then 3
            else 4
        end as repeat_band,
        exp(of_customers.purchase_billionths / 1e9) as purchase_factor,
        exp(of_customers.spend_billionths / 1e9) as spend_factor
    from summary
    inner join of_customers
        on summary.customer_id = of_customers.customer_id
    left join fit_groups
        on summary.first_channel = fit_groups.first_channel
        and not fit_groups.is_old
)

select * from final
