-- newcomer_worth: what the new customers of the trailing 12 months brought on their first
-- day, on average; and what is known of what follows, for each of value_horizons
-- (earlier_newcomers). In minor units.
--
-- grain: one row per horizon_days
-- reads: second_purchases, newcomer_span, value_horizons, earlier_newcomers, params
with

first_sums as (
    select
        cast(sum(second_purchases.customers) as bigint) as customers,
        cast(sum(second_purchases.first_order_money_minor) as bigint) as money_minor
    from second_purchases
    cross join newcomer_span
    where second_purchases.first_purchase_date >= newcomer_span.trailing_from
),

final as (
    select
        value_horizons.horizon_days,
        first_sums.customers,
        coalesce(params.margin_rate, 1e0) * first_sums.money_minor / first_sums.customers as first_order_minor,
        earlier_newcomers.first_orders_minor as earlier_first_order_minor,
        earlier_newcomers.later_minor,
        earlier_newcomers.later_variance,
        earlier_newcomers.level,
        earlier_newcomers.level_variance
    from value_horizons
    cross join first_sums
    cross join params
    left join earlier_newcomers
        on value_horizons.horizon_days = earlier_newcomers.horizon_days
    where first_sums.customers is not null
)

select * from final
