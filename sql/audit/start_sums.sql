-- start_sums: what the customers who started by each value have done and are worth, summed;
-- and what the model expects of them in discounted repeat purchases, in millionths, by the
-- age they have, in the season of their days, and over the first focus_days of a life.
-- Windows and ages count those who are old enough.
--
-- grain: one row per value_number
-- reads: start_cells, fit_groups, newcomer_expectations, newcomer_curve, params
with

cells as (
    select
        start_cells.*,
        newcomer_expectations.expected_millionths,
        newcomer_curve.seasonal_millionths as focus_millionths
    from start_cells
    cross join params
    left join fit_groups
        on start_cells.first_channel = fit_groups.first_channel
        and not fit_groups.is_old
    left join newcomer_expectations
        on coalesce(fit_groups.fit_group, 0) = newcomer_expectations.fit_group
        and start_cells.customer_age_days = newcomer_expectations.customer_age_days
        and params.focus_days = newcomer_expectations.horizon_days
    left join newcomer_curve
        on coalesce(fit_groups.fit_group, 0) = newcomer_curve.fit_group
        and params.focus_days = newcomer_curve.age_days
),

final as (
    select
        cells.attribute_number,
        cells.value_number,
        cast(sum(cells.customers) as bigint) as customers,
        cast(sum(cells.first_purchase_minor) as bigint) as first_purchase_minor,
        cast(sum(cells.first_order_minor) as bigint) as first_order_minor,
        cast(sum(cells.focus_repeat_minor) as bigint) as focus_repeat_minor,
        cast(sum(cells.customers * cells.expected_millionths) as bigint) as expected_millionths,
        cast(sum(cells.customers * cells.focus_millionths) as bigint) as focus_millionths,
        cast(sum(case when cells.customer_age_days >= 30 then cells.customers else 0 end) as bigint) as customers_30,
        cast(sum(case when cells.customer_age_days >= 30 then cells.repeaters_30 else 0 end) as bigint) as repeaters_30,
        cast(sum(case when cells.customer_age_days >= 60 then cells.customers else 0 end) as bigint) as customers_60,
        cast(sum(case when cells.customer_age_days >= 60 then cells.repeaters_60 else 0 end) as bigint) as repeaters_60,
        cast(sum(case when cells.customer_age_days >= 90 then cells.customers else 0 end) as bigint) as customers_90,
        cast(sum(case when cells.customer_age_days >= 90 then cells.repeaters_90 else 0 end) as bigint) as repeaters_90,
        cast(sum(case when cells.customer_age_days >= 180 then cells.customers else 0 end) as bigint) as customers_180,
        cast(sum(case when cells.customer_age_days >= 180 then cells.repeaters_180 else 0 end) as bigint) as repeaters_180,
        cast(sum(case when cells.customer_age_days >= 365 then cells.customers else 0 end) as bigint) as customers_365,
        cast(sum(case when cells.customer_age_days >= 365 then cells.repeaters_365 else 0 end) as bigint) as repeaters_365,
        cast(sum(case when cells.customer_age_days >= 90 then cells.margin_90_minor else 0 end) as bigint) as margin_90_minor,
        cast(sum(case when cells.customer_age_days >= 180 then cells.margin_180_minor else 0 end) as bigint) as margin_180_minor,
        cast(sum(case when cells.customer_age_days >= 365 then cells.margin_365_minor else 0 end) as bigint) as margin_365_minor,
        cast(sum(cells.clv_minor) as bigint) as clv_minor,
        cast(cast(sum(cells.clv_squares) as decimal(38, 0)) as double) as clv_squares,
        cast(sum(cells.lifetime_minor) as bigint) as lifetime_minor,
        cast(cast(sum(cells.lifetime_squares) as decimal(38, 0)) as double) as lifetime_squares,
        cast(sum(cells.retained) as bigint) as retained
    from cells
    group by cells.attribute_number, cells.value_number
)

select * from final
