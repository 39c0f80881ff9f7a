-- audience_figures: what is expected of those who are eligible for a campaign,
-- in its holdout or not: the sums from which its power is computed. Probabilities are
-- summed in billionths, since a sum of doubles depends on its order.
--
-- grain: one row
-- reads: placed, customers
with

eligible as (
    select
        customers.p_purchase_30d,
        customers.p_purchase_90d,
        customers.p_purchase_365d
    from placed
    inner join customers
        on placed.customer_id = customers.customer_id
    where placed.arm in ('none', 'champion', 'challenger')
),

final as (
    select
        count(*) as customers,
        count(p_purchase_30d) as predicted,
        coalesce(cast(sum(cast(round(p_purchase_30d * 1e9) as bigint)) as bigint), 0) as purchasing_30d,
        coalesce(cast(sum(cast(round(p_purchase_90d * 1e9) as bigint)) as bigint), 0) as purchasing_90d,
        coalesce(cast(sum(cast(round(p_purchase_365d * 1e9) as bigint)) as bigint), 0) as purchasing_365d
    from eligible
)

select * from final
