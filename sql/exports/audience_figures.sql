-- audience_figures: what is expected of those who are eligible for a campaign,
-- in its holdout or not: the sums from which its power is computed. Probabilities are
-- summed in billionths, and customers' mean purchase values in hundredths, since a sum of
-- doubles depends on its order; purchase_value_squared is a whole number written as text.
--
-- grain: one row
-- reads: placed, customers
with

eligible as (
    select
        customers.p_purchase_30d,
        customers.p_purchase_90d,
        customers.p_purchase_365d,
        case
            when customers.mean_purchase_value > 0
                then cast(round(customers.mean_purchase_value * 1e2) as decimal(19, 0))
        end as purchase_value
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
        coalesce(cast(sum(cast(round(p_purchase_365d * 1e9) as bigint)) as bigint), 0) as purchasing_365d,
        count(purchase_value) as valued,
        coalesce(cast(sum(purchase_value) as bigint), 0) as purchase_value,
        cast(coalesce(sum(purchase_value * purchase_value), 0) as string) as purchase_value_squared
    from eligible
)

select * from final
