-- tracked_purchases: the repeat purchases of the tracked customers by day, up to as_of.
--
-- grain: one row per order_day
-- reads: customer_days, summary, params
with

repeats as (
    select customer_days.order_day
    from customer_days
    cross join params
    inner join summary
        on customer_days.customer_id = summary.customer_id
        and customer_days.order_day > summary.first_purchase_date
        and summary.is_fitted
        and summary.first_purchase_date <= params.backtest_cutoff
    where customer_days.is_purchase
),

final as (
    select
        order_day,
        count(*) as purchases
    from repeats
    group by order_day
)

select * from final
