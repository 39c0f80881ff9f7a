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
-- usual_shift: by how much the usual share of all others lies from the base's, of which
-- those who are set apart are a part.
--
-- grain: one row per share
-- reads: share_sums, params
with

counts as (
    select
        share,
        customers,
        several,
        purchases / 1e2 as purchases,
        cast(purchase_squares as double) / 1e4 as purchase_squares,
        deviation_by_purchases / 1e5 as deviation_by_purchases,
        cast(deviation_by_squares as double) / 1e7 as deviation_by_squares,
        cast(square_by_purchases as double) / 1e8 as square_by_purchases,
        cast(square_by_squares as double) / 1e10 as square_by_squares,
        single_deviation / 1e3 / nullif(customers - several, 0) as single_deviation,
        single_squares / 1e6 / nullif(customers - several, 0) as single_squares,
        coalesce(-cast(apart_minor as double) / nullif(other_revenue_minor, 0), 0e0) as usual_shift
    from share_sums
),

-- around the usual share of those who are not set apart
moments as (
    select
        share,
        customers,
        several,
        purchases,
        purchase_squares,
        usual_shift,
        square_by_purchases - 2 * usual_shift * deviation_by_purchases + usual_shift * usual_shift * purchases
            as square_by_purchases,
        square_by_squares - 2 * usual_shift * deviation_by_squares + usual_shift * usual_shift * purchase_squares
            as square_by_squares,
        single_squares - 2 * usual_shift * single_deviation + usual_shift * usual_shift as single_variance
    from counts
),

fitted as (
    select
        moments.share,
        moments.customers,
        moments.square_by_purchases / nullif(moments.customers, 0) as whole_variance,
        moments.single_variance,
        moments.usual_shift,
        greatest(
            0e0,
            (moments.square_by_squares * moments.customers - moments.square_by_purchases * moments.purchases)
                / nullif(moments.purchase_squares * moments.customers - moments.purchases * moments.purchases, 0)
        ) as between_variance,
        (moments.square_by_purchases * moments.purchase_squares - moments.square_by_squares * moments.purchases)
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
        usual_shift,
        variance,
        case
            when not is_known then own_share_purchases
            when between_variance > 0 then greatest(least_share_purchases, variance / between_variance)
        end as weight_purchases
    from variances
)

select * from final
