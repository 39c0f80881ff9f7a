-- first_orders: what customers who started alike have done since and are worth, by the
-- channel and each attribute of the first order; and whether they buy again, and bring
-- more by it, than others who started in the same month and channel, chance counted.
-- Intervals of means are 95 %, by the spread between customers.
--
-- grain: one row per (attribute, value)
-- reads: start_labels, start_attributes, start_sums, start_medians, start_verdicts, start_customers, params
with

values_known as (
    select
        attribute_number,
        value_number,
        label
    from start_labels
    group by attribute_number, value_number, label
),

base as (
    select
        count(*) as customers,
        cast(sum(clv_minor) as bigint) as clv_minor
    from start_customers
),

values_of as (
    select
        start_attributes.attribute,
        start_attributes.is_many,
        values_known.label,
        start_sums.*,
        start_medians.median_days,
        start_verdicts.repeat_rate_30,
        start_verdicts.repeat_rate_30_low,
        start_verdicts.repeat_rate_30_high,
        start_verdicts.repeat_rate_60,
        start_verdicts.repeat_rate_60_low,
        start_verdicts.repeat_rate_60_high,
        start_verdicts.repeat_rate_90,
        start_verdicts.repeat_rate_90_low,
        start_verdicts.repeat_rate_90_high,
        start_verdicts.repeat_rate_180,
        start_verdicts.repeat_rate_180_low,
        start_verdicts.repeat_rate_180_high,
        start_verdicts.repeat_rate_365,
        start_verdicts.repeat_rate_365_low,
        start_verdicts.repeat_rate_365_high,
        start_verdicts.compared_customers,
        start_verdicts.other_customers,
        start_verdicts.repeats,
        start_verdicts.expected_repeats,
        start_verdicts.repeat_ratio,
        start_verdicts.repeat_ratio_low,
        start_verdicts.repeat_ratio_high,
        start_verdicts.repeat_ratio_shrunken,
        start_verdicts.repeat_verdict,
        start_verdicts.repeat_minor,
        start_verdicts.expected_repeat_minor,
        start_verdicts.margin_ratio,
        start_verdicts.margin_ratio_low,
        start_verdicts.margin_ratio_high,
        start_verdicts.margin_ratio_shrunken,
        start_verdicts.margin_verdict,
        base.customers as base_customers,
        base.clv_minor as base_clv_minor,
        sqrt(
            greatest(0e0, start_sums.clv_squares - cast(start_sums.clv_minor as double) * start_sums.clv_minor / start_sums.customers)
                / nullif(cast(start_sums.customers - 1 as double), 0) / start_sums.customers
        ) * params.interval_z as clv_margin_of_error,
        sqrt(
            greatest(
                0e0,
                start_sums.lifetime_squares - cast(start_sums.lifetime_minor as double) * start_sums.lifetime_minor / start_sums.customers
            ) / nullif(cast(start_sums.customers - 1 as double), 0) / start_sums.customers
        ) * params.interval_z as lifetime_margin_of_error,
        cast(start_sums.clv_minor as double) / start_sums.customers as clv_mean,
        cast(start_sums.lifetime_minor as double) / start_sums.customers as lifetime_mean,
        (
            start_sums.first_order_minor
                + start_sums.focus_repeat_minor * (start_sums.focus_millionths / nullif(cast(start_sums.expected_millionths as double), 0))
        ) / start_sums.customers as newcomer_minor,
        params.target_ltv_cac,
        coalesce(params.margin_rate, 1e0) as margin_rate,
        params.as_of,
        params.minor_per_unit
    from values_known
    inner join start_attributes
        on values_known.attribute_number = start_attributes.attribute_number
    inner join start_sums
        on values_known.value_number = start_sums.value_number
    left join start_medians
        on values_known.value_number = start_medians.value_number
    inner join start_verdicts
        on values_known.value_number = start_verdicts.value_number
    cross join base
    cross join params
),

final as (
    select
        values_of.as_of,
        values_of.attribute,
        values_of.label as value,
        values_of.is_many as is_overlapping,
        values_of.customers,
        cast(values_of.customers as double) / nullif(values_of.base_customers, 0) as share_of_customers,
        money(fixed_point(cast(values_of.first_purchase_minor as double) / values_of.customers, 1), values_of.minor_per_unit)
            as first_order_value,
        money(fixed_point(cast(values_of.first_order_minor as double) / values_of.customers, 1), values_of.minor_per_unit)
            as first_order_margin,
        values_of.customers_30 as customers_30d,
        values_of.repeat_rate_30 as repeat_rate_30d,
        values_of.repeat_rate_30_low as repeat_rate_30d_low,
        values_of.repeat_rate_30_high as repeat_rate_30d_high,
        values_of.customers_60 as customers_60d,
        values_of.repeat_rate_60 as repeat_rate_60d,
        values_of.repeat_rate_60_low as repeat_rate_60d_low,
        values_of.repeat_rate_60_high as repeat_rate_60d_high,
        values_of.customers_90 as customers_90d,
        values_of.repeat_rate_90 as repeat_rate_90d,
        values_of.repeat_rate_90_low as repeat_rate_90d_low,
        values_of.repeat_rate_90_high as repeat_rate_90d_high,
        values_of.customers_180 as customers_180d,
        values_of.repeat_rate_180 as repeat_rate_180d,
        values_of.repeat_rate_180_low as repeat_rate_180d_low,
        values_of.repeat_rate_180_high as repeat_rate_180d_high,
        values_of.customers_365 as customers_365d,
        values_of.repeat_rate_365 as repeat_rate_365d,
        values_of.repeat_rate_365_low as repeat_rate_365d_low,
        values_of.repeat_rate_365_high as repeat_rate_365d_high,
        values_of.median_days as median_days_to_second_purchase,
        money(fixed_point(cast(values_of.margin_90_minor as double) / nullif(values_of.customers_90, 0), 1), values_of.minor_per_unit)
            as margin_90d,
        money(fixed_point(cast(values_of.margin_180_minor as double) / nullif(values_of.customers_180, 0), 1), values_of.minor_per_unit)
            as margin_180d,
        money(fixed_point(cast(values_of.margin_365_minor as double) / nullif(values_of.customers_365, 0), 1), values_of.minor_per_unit)
            as margin_365d,
        money(fixed_point(values_of.clv_mean, 1), values_of.minor_per_unit) as clv,
        money(fixed_point(values_of.clv_mean - values_of.clv_margin_of_error, 1), values_of.minor_per_unit) as clv_low,
        money(fixed_point(values_of.clv_mean + values_of.clv_margin_of_error, 1), values_of.minor_per_unit) as clv_high,
        money(fixed_point(values_of.lifetime_mean, 1), values_of.minor_per_unit) as lifetime_value,
        money(fixed_point(values_of.lifetime_mean - values_of.lifetime_margin_of_error, 1), values_of.minor_per_unit)
            as lifetime_value_low,
        money(fixed_point(values_of.lifetime_mean + values_of.lifetime_margin_of_error, 1), values_of.minor_per_unit)
            as lifetime_value_high,
        cast(values_of.retained as double) / values_of.customers as retain_share,
        cast(values_of.clv_minor as double) / nullif(values_of.base_clv_minor, 0) as share_of_clv,
        money(fixed_point(values_of.newcomer_minor / values_of.target_ltv_cac, 1), values_of.minor_per_unit) as allowable_cac_target,
        money(fixed_point(cast(values_of.margin_365_minor as double) / nullif(values_of.customers_365, 0), 1), values_of.minor_per_unit)
            as allowable_cac_1y,
        values_of.compared_customers,
        values_of.other_customers,
        cast(values_of.repeats as bigint) as repeats,
        values_of.expected_repeats,
        values_of.repeat_ratio,
        values_of.repeat_ratio_low,
        values_of.repeat_ratio_high,
        values_of.repeat_ratio_shrunken,
        values_of.repeat_verdict,
        money(fixed_point(values_of.margin_rate * values_of.repeat_minor, 1), values_of.minor_per_unit) as repeat_margin,
        money(fixed_point(values_of.margin_rate * values_of.expected_repeat_minor, 1), values_of.minor_per_unit)
            as expected_repeat_margin,
        values_of.margin_ratio,
        values_of.margin_ratio_low,
        values_of.margin_ratio_high,
        values_of.margin_ratio_shrunken,
        values_of.margin_verdict
    from values_of
)

select * from final
