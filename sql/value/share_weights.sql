-- share_weights: with how many purchases what is usual counts where a customer's own
-- margin or return share is shrunk towards it, and the variance of the share of a single
-- purchase.
--
-- Deviations d of customers with n purchases have E[d²] = between + variance / n: two
-- unknowns, by least squares over customers, each counting with n². Heavy buyers who
-- deviate can make the variance too small; one-timers alone, in whom both are added up,
-- set its floor. The weight is variance / between, and no less than
-- least_share_purchases, since a single purchase cannot say everything; null where
-- customers do not differ but by chance. With fewer than min_share_customers who have
-- one purchase, or who have more, it cannot be told, and is own_share_purchases.
--
-- grain: one row per share
-- reads: share_sums, params
with

moments as (
    select
        share,
        customers,
        several,
        purchases / 1e2 as purchases,
        cast(purchase_squares as double) / 1e4 as purchase_squares,
        cast(deviations as double) / 1e8 as deviations,
        cast(deviation_squares as double) / 1e10 as deviation_squares,
        single_deviations / 1e6 / nullif(customers - several, 0) as single_variance
    from share_sums
),

fitted as (
    select
        moments.share,
        moments.customers,
        moments.deviations / nullif(moments.customers, 0) as whole_variance,
        moments.single_variance,
        greatest(
            0e0,
            (moments.deviation_squares * moments.customers - moments.deviations * moments.purchases)
                / nullif(moments.purchase_squares * moments.customers - moments.purchases * moments.purchases, 0)
        ) as between_variance,
        (moments.deviations * moments.purchase_squares - moments.deviation_squares * moments.purchases)
            / nullif(moments.purchase_squares * moments.customers - moments.purchases * moments.purchases, 0)
            as within_variance,
        least(moments.several, moments.customers - moments.several) >= params.min_share_customers as is_known,
        params.own_share_purchases,
        params.least_share_purchases
    from moments
    cross join params
),

variances as (
    select
        fitted.*,
        case
            when is_known then greatest(0e0, within_variance, single_variance - between_variance)
            else whole_variance
        end as variance
    from fitted
),

final as (
    select
        share,
        customers,
        variance,
        case
            when not is_known then own_share_purchases
            when between_variance > 0 then greatest(least_share_purchases, variance / between_variance)
        end as weight_purchases
    from variances
)

select * from final
