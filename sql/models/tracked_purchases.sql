-- tracked_purchases: the repeat purchases of the tracked customers by day, up to as_of.
--
-- grain: one row per order_day
-- reads: customer_days, params
with

repeats as (
    select customer_days.order_day
    from customer_days
    cross join params
    where customer_days.purchase_before is not null
        and customer_days.first_purchase_date >= params.fit_from
        and customer_days.first_purchase_date <= params.backtest_cutoff
),

final as (
    select
        order_day,
        count(*) as purchases
    from repeats
    group by order_day
)

select * from final
