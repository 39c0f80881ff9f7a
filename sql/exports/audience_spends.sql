-- audience_spends: the chances of a purchase of those who are eligible for a campaign, in
-- its holdout or not, beside what customers who had made as many purchases, and the last as
-- long ago, spent within a window; without a buyer where none of them bought. Probabilities
-- are summed in billionths, since a sum of doubles depends on its order.
--
-- grain: one row per (window_days, purchases_from, days_since_from)
-- reads: placed, customers, window_spends
with

eligible as (
    select
        purchases_band(customers.purchases) as purchases_from,
        days_since_band(customers.days_since_last_purchase) as days_since_from,
        cast(sum(cast(round(customers.p_purchase_30d * 1e9) as bigint)) as bigint) as purchasing_30d,
        cast(sum(cast(round(customers.p_purchase_90d * 1e9) as bigint)) as bigint) as purchasing_90d,
        cast(sum(cast(round(customers.p_purchase_365d * 1e9) as bigint)) as bigint) as purchasing_365d
    from placed
    inner join customers
        on placed.customer_id = customers.customer_id
    where placed.arm in ('none', 'champion', 'challenger')
    group by
        purchases_band(customers.purchases),
        days_since_band(customers.days_since_last_purchase)
),

known_windows as (
    select window_days
    from window_spends
    group by window_days
),

bands as (
    select
        window_days,
        purchases_from,
        days_since_from
    from window_spends
    union distinct
    select
        known_windows.window_days,
        eligible.purchases_from,
        eligible.days_since_from
    from eligible
    cross join known_windows
),

final as (
    select
        bands.window_days,
        cast(bands.purchases_from as bigint) as purchases_from,
        cast(bands.days_since_from as bigint) as days_since_from,
        coalesce(window_spends.buyers, 0) as buyers,
        coalesce(window_spends.mean_spend, 0e0) as mean_spend,
        coalesce(window_spends.spend_deviation, 0e0) as spend_deviation,
        coalesce(eligible.purchasing_30d, 0) as purchasing_30d,
        coalesce(eligible.purchasing_90d, 0) as purchasing_90d,
        coalesce(eligible.purchasing_365d, 0) as purchasing_365d
    from bands
    left join window_spends
        on bands.window_days = window_spends.window_days
        and bands.purchases_from = window_spends.purchases_from
        and bands.days_since_from = window_spends.days_since_from
    left join eligible
        on bands.purchases_from = eligible.purchases_from
        and bands.days_since_from = eligible.days_since_from
)

select * from final
