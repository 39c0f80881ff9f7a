-- customers: the valued, segmented and marked customer base. Money is rounded
-- to the minor unit here and nowhere before. The attributes that the configuration
-- does not have are null, and not published.
--
-- grain: one row per customer_id
-- reads: marks, last_attributes, first_attributes, shared_ids, seed_cut, params
with

rounded as (
    select
        marks.*,
        coalesce(last_attributes.attribute_1, first_attributes.attribute_1) as attribute_1,
        coalesce(last_attributes.attribute_2, first_attributes.attribute_2) as attribute_2,
        coalesce(last_attributes.attribute_3, first_attributes.attribute_3) as attribute_3,
        coalesce(last_attributes.attribute_4, first_attributes.attribute_4) as attribute_4,
        coalesce(last_attributes.attribute_5, first_attributes.attribute_5) as attribute_5,
        coalesce(last_attributes.attribute_6, first_attributes.attribute_6) as attribute_6,
        coalesce(last_attributes.attribute_7, first_attributes.attribute_7) as attribute_7,
        coalesce(last_attributes.attribute_8, first_attributes.attribute_8) as attribute_8,
        to_minor(marks.clv, params.minor_per_unit) as clv_minor,
        to_minor(least(marks.spend_low * marks.margin_scale, marks.spend_high * marks.margin_scale), params.minor_per_unit)
            as clv_low_minor,
        to_minor(
            greatest(marks.spend_low * marks.margin_scale, marks.spend_high * marks.margin_scale), params.minor_per_unit
        ) as clv_high_minor,
        nullif(params.retention_cost, 0) / nullif(greatest(0e0, marks.clv), 0) as breakeven_gain,
        coalesce(marks.margin_minor, marks.revenue_minor) as historic_minor,
        days_after(marks.last_purchase_date, fixed_point(marks.days_to_next_purchase, 1)) as next_purchase_due,
        seed_cut.lifetime_minor as seed_from_minor,
        shared_ids.customer_id is not null as is_shared_id,
        params.as_of,
        params.minor_per_unit,
        params.min_rate_age_days
    from marks
    cross join params
    cross join seed_cut
    left join last_attributes
        on marks.customer_id = last_attributes.customer_id
    left join first_attributes
        on marks.customer_id = first_attributes.customer_id
    left join shared_ids
        on marks.customer_id = shared_ids.customer_id
),

final as (
    select
        as_of,
        customer_id,
        nullif(first_channel, '') as first_channel,
        attribute_1,
        attribute_2,
        attribute_3,
        attribute_4,
        attribute_5,
        attribute_6,
        attribute_7,
        attribute_8,

        first_purchase_date,
        last_purchase_date,
        purchases,
        money(gross_minor, minor_per_unit) as gross_revenue,
        money(returns_minor, minor_per_unit) as returns,
        money(revenue_minor, minor_per_unit) as revenue,
        money(margin_minor, minor_per_unit) as margin,
        money(fixed_point(cast(purchase_revenue_minor as double) / purchases, 1), minor_per_unit) as mean_purchase_value,

        repeat_purchases > 0 as is_repeat,
        repeat_purchases,
        age_at_last_purchase_days,
        customer_age_days,
        days_since_last_purchase,
        cast(age_at_last_purchase_days as double) / nullif(repeat_purchases, 0) as mean_gap_days,
        case
            when customer_age_days >= min_rate_age_days then 365e0 * repeat_purchases / customer_age_days
        end as observed_repeat_rate,
        expected_repeat_rate,

        r_score,
        f_score,
        m_score,
        concat(cast(r_score as string), cast(f_score as string), cast(m_score as string)) as rfm,
        segment,

        p_alive,
        p_purchase_30d,
        p_purchase_90d,
        p_purchase_365d,
        next_purchase_due,
        case
            when next_purchase_due is not null then greatest(cast(0 as bigint), day_difference(next_purchase_due, as_of))
        end as days_overdue,
        expected_purchases,
        money(to_minor(expected_purchase_value, minor_per_unit), minor_per_unit) as expected_purchase_value,
        money(clv_minor, minor_per_unit) as clv,
        money(clv_low_minor, minor_per_unit) as clv_low,
        money(clv_high_minor, minor_per_unit) as clv_high,
        money(to_minor(dropout_loss, minor_per_unit), minor_per_unit) as value_at_risk,
        money(historic_minor, minor_per_unit) as historic_margin,
        money(historic_minor + clv_minor, minor_per_unit) as lifetime_value,

        lifecycle,
        mark,
        money(to_minor(keep_value, minor_per_unit), minor_per_unit) as keep_value,
        keep_probability,
        breakeven_gain,
        mark_reason,
        coalesce(
            repeat_purchases > 0
            and mark = 'retain'
            and not is_shared_id
            and historic_minor + clv_minor > 0
            and historic_minor + clv_minor >= seed_from_minor,
            false
        ) as seed
    from rounded
)

select * from final
