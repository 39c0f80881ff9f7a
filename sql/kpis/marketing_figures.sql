-- marketing_figures: the net revenue of the trailing 12 months per spend of them: that of
-- everybody, and that of the customers acquired in them. Unknown without spend, and
-- where what was spent is not known or not all of it.
--
-- grain: one row
-- reads: day_money, year_activity, channel_costs, newcomer_span, params
with

brought as (
    select cast(sum(day_money.revenue_minor) as bigint) as revenue_minor
    from day_money
    cross join newcomer_span
    cross join params
    where day_money.order_day >= newcomer_span.trailing_from
        and day_money.order_day <= params.as_of
),

spent as (
    select
        channel_costs.new_customers,
        case
            when channel_costs.cac_reason not in ('coarse_spend', 'no_spend', 'net_credit', 'incomplete_spend')
                then channel_costs.spend_minor
        end as spend_minor
    from params
    left join channel_costs
        on channel_costs.period = 'trailing_12m'
        and channel_costs.scope = 'blended'
),

final as (
    select
        cast(brought.revenue_minor as double) / nullif(spent.spend_minor, 0) as marketing_efficiency,
        cast(year_activity.acquired_minor as double) / nullif(spent.spend_minor, 0) as marketing_efficiency_new,
        spent.new_customers as marketing_efficiency_new_n
    from brought
    cross join spent
    cross join year_activity
)

select * from final
