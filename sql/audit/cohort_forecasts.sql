-- cohort_forecasts: the margin that the customers of each first-purchase month and
-- channel are expected to bring from as_of to the end of each month to come: not
-- discounted, and net of later returns as clv is. growth_by_month turns a clv into it,
-- by (x, T) alone. In thousandths of minor units: whole numbers, whose sum does not
-- depend on their order. Empty without a model.
--
-- grain: one row per (cohort_month, first_channel, month)
-- reads: customers, fit_groups, conditional_forecasts, forecast_months, params
with

valued as (
    select
        coalesce(customers.first_channel, '') as first_channel,
        customers.first_purchase_date,
        customers.customer_age_days,
        customers.repeat_purchases,
        cast(sum(to_minor(customers.clv, params.minor_per_unit)) as bigint) as clv_minor
    from customers
    cross join params
    where customers.clv is not null
    group by
        coalesce(customers.first_channel, ''),
        customers.first_purchase_date,
        customers.customer_age_days,
        customers.repeat_purchases
),

grown as (
    select
        cast(date_trunc('month', valued.first_purchase_date) as date) as cohort_month,
        valued.first_channel,
        valued.clv_minor,
        conditional_forecasts.growth_by_month
    from valued
    left join fit_groups
        on valued.first_channel = fit_groups.first_channel
    inner join conditional_forecasts
        on coalesce(fit_groups.fit_group, 0) = conditional_forecasts.fit_group
        and valued.repeat_purchases = conditional_forecasts.repeat_purchases
        and valued.customer_age_days = conditional_forecasts.customer_age_days
),

final as (
    select
        grown.cohort_month,
        grown.first_channel,
        forecast_months.month,
        cast(sum(fixed_point(grown.clv_minor * at_place(grown.growth_by_month, forecast_months.place), 1000)) as bigint)
            as margin_thousandths
    from grown
    cross join forecast_months
    group by grown.cohort_month, grown.first_channel, forecast_months.month
)

select * from final
