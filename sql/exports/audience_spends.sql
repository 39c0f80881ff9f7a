-- audience_spends: the chances of a purchase of those who are eligible for a campaign, in
-- its holdout or not, beside what customers who had made as many purchases spent within
-- a window. Probabilities are summed in billionths, since a sum of doubles depends on its
-- order.
--
-- grain: one row per (window_days, purchases_from)
-- reads: placed, customers, window_spends
with

eligible as (
    select
        customers.purchases,
        cast(sum(cast(round(customers.p_purchase_30d * 1e9) as bigint)) as bigint) as purchasing_30d,
        cast(sum(cast(round(customers.p_purchase_90d * 1e9) as bigint)) as bigint) as purchasing_90d,
        cast(sum(cast(round(customers.p_purchase_365d * 1e9) as bigint)) as bigint) as purchasing_365d
    from placed
    inner join customers
        on placed.customer_id = customers.customer_id
    where placed.arm in ('none', 'champion', 'challenger')
    group by customers.purchases
),

final as (
    select
        window_spends.window_days,
        window_spends.purchases_from,
        window_spends.buyers,
        window_spends.mean_spend,
        window_spends.spend_deviation,
        coalesce(cast(sum(eligible.purchasing_30d) as bigint), 0) as purchasing_30d,
        coalesce(cast(sum(eligible.purchasing_90d) as bigint), 0) as purchasing_90d,
        coalesce(cast(sum(eligible.purchasing_365d) as bigint), 0) as purchasing_365d
    from window_spends
    left join eligible
        on eligible.purchases >= window_spends.purchases_from
        and eligible.purchases <= coalesce(window_spends.purchases_to, eligible.purchases)
    group by
        window_spends.window_days,
        window_spends.purchases_from,
        window_spends.buyers,
        window_spends.mean_spend,
        window_spends.spend_deviation
)

select * from final
