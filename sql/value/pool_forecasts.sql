-- pool_forecasts: how many purchases the pool expects of each customer over the horizon,
-- before they are scaled to the total of the family, and the family in its place. The
-- counts are negative binomial of that mean and of the size that fading memory gives.
-- What is far beyond all customers that the pool was fitted to counts as the nearest in
-- its ranges, and nobody purchases on more days than the horizon has.
-- Empty where customers are valued by the family alone.
--
-- grain: one row per customer_id
-- reads: summary, fit_groups, pool_terms, pool_purchasing, pool_histories
with

customers as (
    select
        summary.customer_id,
        coalesce(fit_groups.fit_group, 0) as fit_group,
        summary.repeat_purchases,
        summary.age_at_last_purchase_days,
        summary.customer_age_days,
        pool_terms.memory_r + coalesce(pool_purchasing.faded_billionths, 0) / 1e9 as counts_size,
        coalesce(pool_purchasing.recent_purchases, 0) as recent_purchases,
        coalesce(pool_purchasing.half_window_purchases, 0) as half_window_purchases
    from summary
    cross join pool_terms
    left join fit_groups
        on summary.is_old = fit_groups.is_old
        and case when summary.is_old then '' else summary.first_channel end = fit_groups.first_channel
    left join pool_purchasing
        on summary.customer_id = pool_purchasing.customer_id
),

final as (
    select
        customers.customer_id,
        customers.fit_group,
        customers.repeat_purchases,
        customers.age_at_last_purchase_days,
        customers.customer_age_days,
        customers.counts_size,
        least(pool_terms.most_purchases, exp(
            pool_histories.log_mean
            + pool_terms.by_memory * ln(least(
                greatest(pool_histories.memory_rate * customers.counts_size, pool_terms.least_memory), pool_terms.most_memory
            ))
            + pool_terms.by_recent * ln(least(
                greatest(1e0 + customers.recent_purchases, pool_terms.least_recent), pool_terms.most_recent
            ))
            + pool_terms.by_recent_half * ln(least(
                greatest(1e0 + customers.half_window_purchases, pool_terms.least_recent_half), pool_terms.most_recent_half
            ))
        )) as pool_purchases,
        pool_histories.share_30d,
        pool_histories.share_90d,
        pool_histories.share_365d,
        pool_histories.purchases_if_alive,
        pool_histories.family_purchases,
        pool_histories.p,
        pool_histories.q
    from customers
    cross join pool_terms
    inner join pool_histories
        on customers.fit_group = pool_histories.fit_group
        and customers.repeat_purchases = pool_histories.repeat_purchases
        and customers.age_at_last_purchase_days = pool_histories.age_at_last_purchase_days
        and customers.customer_age_days = pool_histories.customer_age_days
)

select * from final
