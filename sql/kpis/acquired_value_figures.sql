-- acquired_value_figures: what the customers acquired in each of the last 12 whole
-- months are worth: the margin of their first orders and the residual value after it;
-- before and after what all acquisition of the month cost. Null in months that begin
-- before new_from, and after costs also where the month's spend is not known.
--
-- grain: one row per month
-- reads: second_purchases, months, base_rates, replacement, channel_costs, newcomer_span, params
with

cohorts as (
    select
        cohort_month,
        cast(sum(customers) as bigint) as customers,
        cast(sum(first_order_money_minor) as bigint) as first_order_money_minor
    from second_purchases
    group by cohort_month
),

whole_months as (
    select max(month_number) as last_number
    from months
    where is_whole
),

acquired as (
    select
        months.month,
        coalesce(cohorts.customers, 0) as customers,
        case
            when months.month >= newcomer_span.new_from
                then coalesce(cohorts.first_order_money_minor, 0) * coalesce(params.margin_rate, 1e0)
                    * (1 - base_rates.later_return_share)
                    + coalesce(cohorts.customers, 0) * replacement.newcomer_clv * params.minor_per_unit
        end as value_minor,
        case
            when channel_costs.spend_days > 0
                and channel_costs.cac_reason not in ('coarse_spend', 'incomplete_spend', 'net_credit')
                then channel_costs.spend_minor
        end as spend_minor
    from months
    cross join whole_months
    cross join base_rates
    cross join replacement
    cross join params
    cross join newcomer_span
    left join cohorts
        on months.month = cohorts.cohort_month
    left join channel_costs
        on channel_costs.period = 'month'
        and channel_costs.scope = 'blended'
        and months.month = channel_costs.period_start
    where months.is_whole
        and months.month_number > whole_months.last_number - 12
),

final as (
    select
        acquired.month,
        acquired.customers as n,
        money(fixed_point(acquired.value_minor, 1), params.minor_per_unit) as value_added_by_acquisition_before_cac,
        money(fixed_point(acquired.value_minor - acquired.spend_minor, 1), params.minor_per_unit)
            as value_added_by_acquisition
    from acquired
    cross join params
)

select * from final
