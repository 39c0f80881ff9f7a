-- value_sums: what the customers of each segment and mark are worth, the variance
-- of what they will realise, and how the sum answers to each parameter: its
-- derivative by the logarithm of the parameter. One row per set of parameters,
-- for the derivatives of different sets do not add up; and within it one row per
-- parameter, by its place in the model, the first at 0. Sums that are no
-- derivatives stand once, in the row of the first, and are 0 in the others.
--
-- D = P(alive) × discounted purchases depends on the history alone, and its
-- derivatives come with the scores; where the pool forecasts purchases, at the total of
-- the family, they are the family's all the same. Those of E[M] = p (γ + S) / (pn + q - 1) are
-- taken here; a mean that stands in for it has none. Sums are of whole numbers,
-- whose sum does not depend on their order: of minor units, of variances in
-- thousandths of the squared value of a first purchase (so that no currency
-- overflows or vanishes), of ln P(no purchase) in millionths.
--
-- What dropout is expected to cost, over the horizon and over 365 days, and what the
-- most valuable customers take with them, is summed on the way; and how many would be retained if the cost of
-- acquisition were lower by cac_band_share, higher by it, and if a first order paid
-- for it: here, because a published clv is rounded, and the mark is set before any rounding.
--
-- grain: one row per (segment, mark, fit_group, spend_band, is_top_1_percent, is_top_5_percent, is_top_ten, parameter)
-- reads: marks, top_customers, parameter_places, replacement, base_rates, params
with

customers as (
    select
        marks.segment,
        marks.mark,
        marks.fit_group,
        marks.spend_band,
        marks.clv,
        marks.dropout_loss,
        marks.clv_365d,
        marks.dropout_loss_365d,
        marks.revenue_12m_minor,
        to_minor(marks.clv, params.minor_per_unit) as clv_minor,
        marks.customer_id,
        marks.clv >= replacement.keep_floor
            and marks.clv - params.retention_cost
                - greatest(0e0, replacement.newcomer_value - (1 - params.cac_band_share) * replacement.cac) > 0 as is_kept_at_lower_cac,
        marks.clv >= replacement.keep_floor
            and marks.clv - params.retention_cost
                - greatest(0e0, replacement.newcomer_value - (1 + params.cac_band_share) * replacement.cac) > 0 as is_kept_at_higher_cac,
        marks.clv >= replacement.keep_floor
            and marks.clv - params.retention_cost - greatest(0e0, replacement.newcomer_clv) > 0 as is_kept_at_first_order,
        (marks.spend_share * marks.spend_second_moment * marks.margin_scale * marks.margin_scale - marks.clv * marks.clv)
            / nullif(base_rates.first_purchase_value * base_rates.first_purchase_value, 0) as variance,
        ln(greatest(1e-300, 1 - marks.spend_share * (1 - marks.spend_none))) as ln_no_purchase,
        marks.sensitivities,
        -- without a purchase or a fitted mean the value rests on no parameter of spend
        case when marks.spend_purchases > 0 or marks.is_spend_mean_fitted then marks.p end as p,
        marks.q,
        marks.gamma,
        money(marks.spend_minor, params.minor_per_unit) as spend,
        marks.p * marks.spend_purchases as pn,
        params.minor_per_unit
    from marks
    cross join params
    cross join base_rates
    cross join replacement
    where marks.clv is not null
),

placed as (
    select
        customers.*,
        customers.clv_minor >= top_customers.top_1_minor as is_top_1_percent,
        customers.clv_minor >= top_customers.top_5_minor as is_top_5_percent,
        customers.clv_minor > top_customers.tenth_minor
            or (customers.clv_minor = top_customers.tenth_minor
                and customers.customer_id <= top_customers.tenth_customer_id) as is_top_ten
    from customers
    cross join top_customers
),

-- one pass over the customers: joined with the parameters each would be there four times.
-- No model of purchases has more than four, and that of spend has three
summed as (
    select
        segment,
        mark,
        fit_group,
        spend_band,
        is_top_1_percent,
        is_top_5_percent,
        is_top_ten,
        count(*) as customers,
        cast(sum(clv_minor) as bigint) as clv_minor,
        cast(sum(to_minor(dropout_loss, minor_per_unit)) as bigint) as dropout_loss_minor,
        cast(sum(to_minor(clv_365d, minor_per_unit)) as bigint) as clv_365d_minor,
        cast(sum(to_minor(dropout_loss_365d, minor_per_unit)) as bigint) as dropout_loss_365d_minor,
        cast(sum(revenue_12m_minor) as bigint) as revenue_12m_minor,
        cast(sum(case when is_kept_at_lower_cac then 1 else 0 end) as bigint) as retained_at_lower_cac,
        cast(sum(case when is_kept_at_higher_cac then 1 else 0 end) as bigint) as retained_at_higher_cac,
        cast(sum(case when is_kept_at_first_order then 1 else 0 end) as bigint) as retained_at_first_order,
        cast(sum(case when clv < 0 then 1 else 0 end) as bigint) as losing_customers,
        cast(sum(fixed_point(greatest(0e0, least(coalesce(variance, 0e0), 1e12)), 1000)) as bigint) as variance_thousandths,
        cast(sum(fixed_point(ln_no_purchase, 1000000)) as bigint) as ln_no_purchase_millionths,
        cast(sum(to_minor(clv * at_place(sensitivities, 0), minor_per_unit)) as bigint) as by_parameter_0_minor,
        cast(sum(to_minor(clv * at_place(sensitivities, 1), minor_per_unit)) as bigint) as by_parameter_1_minor,
        cast(sum(to_minor(clv * at_place(sensitivities, 2), minor_per_unit)) as bigint) as by_parameter_2_minor,
        cast(sum(
            case when list_size(sensitivities) > 3 then to_minor(clv * at_place(sensitivities, 3), minor_per_unit) end
        ) as bigint) as by_parameter_3_minor,
        cast(sum(case when p is null then 0 else to_minor(clv * (1 - pn / (pn + q - 1)), minor_per_unit) end) as bigint)
            as by_spend_0_minor,
        cast(sum(case when p is null then 0 else to_minor(clv * (-q / (pn + q - 1)), minor_per_unit) end) as bigint)
            as by_spend_1_minor,
        cast(sum(case when p is null then 0 else to_minor(clv * (gamma / (gamma + spend)), minor_per_unit) end) as bigint)
            as by_spend_2_minor
    from placed
    group by segment, mark, fit_group, spend_band, is_top_1_percent, is_top_5_percent, is_top_ten
),

final as (
    select
        summed.segment,
        summed.mark,
        summed.fit_group,
        summed.spend_band,
        summed.is_top_1_percent,
        summed.is_top_5_percent,
        summed.is_top_ten,
        parameter_places.parameter,
        case when parameter_places.parameter = 0 then summed.customers else 0 end as customers,
        case when parameter_places.parameter = 0 then summed.clv_minor else 0 end as clv_minor,
        case when parameter_places.parameter = 0 then summed.dropout_loss_minor else 0 end as dropout_loss_minor,
        case when parameter_places.parameter = 0 then summed.clv_365d_minor else 0 end as clv_365d_minor,
        case when parameter_places.parameter = 0 then summed.dropout_loss_365d_minor else 0 end as dropout_loss_365d_minor,
        case when parameter_places.parameter = 0 then summed.revenue_12m_minor else 0 end as revenue_12m_minor,
        case when parameter_places.parameter = 0 then summed.retained_at_lower_cac else 0 end as retained_at_lower_cac,
        case when parameter_places.parameter = 0 then summed.retained_at_higher_cac else 0 end as retained_at_higher_cac,
        case when parameter_places.parameter = 0 then summed.retained_at_first_order else 0 end as retained_at_first_order,
        case when parameter_places.parameter = 0 then summed.losing_customers else 0 end as losing_customers,
        case when parameter_places.parameter = 0 then summed.variance_thousandths else 0 end as variance_thousandths,
        case when parameter_places.parameter = 0 then summed.ln_no_purchase_millionths else 0 end as ln_no_purchase_millionths,
        case parameter_places.parameter
            when 0 then summed.by_parameter_0_minor
            when 1 then summed.by_parameter_1_minor
            when 2 then summed.by_parameter_2_minor
            when 3 then summed.by_parameter_3_minor
        end as by_parameter_minor,
        case parameter_places.parameter
            when 0 then summed.by_spend_0_minor
            when 1 then summed.by_spend_1_minor
            when 2 then summed.by_spend_2_minor
            else 0
        end as by_spend_minor
    from summed
    cross join parameter_places
)

select * from final
