-- order_value_figures: what a purchase of each whole month is worth. A month in which
-- nobody purchased has no row.
--
-- grain: one row per month
-- reads: cohort_activity, day_money, months, params
with

bought as (
    select
        month,
        cast(sum(active_customers) as bigint) as buyers,
        cast(sum(purchases) as bigint) as purchases
    from cohort_activity
    group by month
),

worth as (
    select
        cast(date_trunc('month', order_day) as date) as month,
        cast(sum(purchase_minor) as bigint) as purchase_minor
    from day_money
    group by cast(date_trunc('month', order_day) as date)
),

final as (
    select
        bought.month,
        bought.buyers as n,
        money(fixed_point(cast(worth.purchase_minor as double) / nullif(bought.purchases, 0), 1), params.minor_per_unit)
            as mean_order_value
    from bought
    inner join months
        on bought.month = months.month
    inner join worth
        on bought.month = worth.month
    cross join params
    where months.is_whole
        and bought.purchases > 0
)

select * from final
