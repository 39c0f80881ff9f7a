-- start_factors: what the effects of their first purchase do to the forecasts of each
-- customer: to how many purchases are expected, and to what one is worth of whom none is
-- known. Values of fewer than min_value_customers customers are one, others. Of several
-- values of one attribute the mean effect counts. Effects are whole
-- billionths of the logarithm. Repeat_band is the band of repeats whose total they leave:
-- none, 1 or 2, 3 to 6, 7 to 14, more. Empty where there are none.
--
-- grain: one row per customer_id whose first purchase is known
-- reads: summary, fit_groups, start_effects, start_attributes, first_contents, params
with

used as (
    select
        start_attributes.attribute_number
    from start_attributes
    inner join start_effects
        on start_attributes.attribute_number = start_effects.attribute_number
    group by start_attributes.attribute_number
),

contents as (
    select
        summary.customer_id,
        used.attribute_number,
        coalesce(
            case
                when used.attribute_number = 0 then nullif(summary.first_channel, '')
                else first_contents.content
            end,
            params.unknown_value
        ) as content
    from summary
    cross join used
    cross join params
    left join first_contents
        on summary.customer_id = first_contents.customer_id
        and used.attribute_number = first_contents.attribute_number
    where summary.is_fitted
        and not summary.is_old
),

rare as (
    select
        contents.attribute_number,
        contents.content
    from contents
    cross join params
    where contents.content <> params.unknown_value
    group by contents.attribute_number, contents.content, params.min_value_customers
    having count(*) < params.min_value_customers
),

labels as (
    select
        contents.customer_id,
        contents.attribute_number,
        case when rare.content is null then contents.content else params.others_value end as label
    from contents
    cross join params
    left join rare
        on contents.attribute_number = rare.attribute_number
        and contents.content = rare.content
),

-- several rare values of a customer are one
labelled as (
    select
        customer_id,
        attribute_number,
        label
    from labels
    group by customer_id, attribute_number, label
),

of_attributes as (
    select
        labelled.customer_id,
        labelled.attribute_number,
        cast(round(cast(sum(coalesce(start_effects.purchase_billionths, 0)) as double) / count(*)) as bigint) as purchase_billionths,
        cast(round(cast(sum(coalesce(start_effects.spend_billionths, 0)) as double) / count(*)) as bigint) as spend_billionths
    from labelled
    left join start_effects
        on labelled.attribute_number = start_effects.attribute_number
        and labelled.label = start_effects.content
    group by labelled.customer_id, labelled.attribute_number
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
