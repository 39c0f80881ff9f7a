-- share_sums: what own_shares add up to, for the weights of the margin and of the return
-- share, over the customers of whom anything is known: with n purchases in hundredths and
-- a deviation d in thousandths, Σ n, Σ n², Σ n d, Σ n² d, Σ n d², Σ n² d², and Σ d and Σ d² of those with one.
-- Set apart is who deviates so far that own_part is above a half even at the largest
-- variance that a share between 0 and 1 can have, a quarter: they keep their own share
-- whatever the weight, and would make it that of customers like them. What they deviate
-- by in money is summed, and what purchases of all others are worth.
--
-- A customer's n² d² has 19 digits at the most: 30,000 purchases, each a day, have 3,000,000
-- hundredths, and a share is no more than 1000 thousandths from another.
--
-- grain: one row per share
-- reads: own_shares, params
with

shares as (
    select 'margin' as share
    union all
    select 'return' as share
),

observed as (
    select
        shares.share,
        case when shares.share = 'margin' then own_shares.margin_purchases else own_shares.return_purchases end
            as purchases,
        case when shares.share = 'margin' then own_shares.margin_deviation else own_shares.return_deviation end
            as deviation,
        own_shares.purchase_revenue_minor,
        2 * params.own_share_errors * params.own_share_errors as error_squares
    from own_shares
    cross join shares
    cross join params
),

compared as (
    select
        observed.*,
        -- of no purchase the right is null
        coalesce(
            deviation * deviation
            > error_squares * (0.25e0 / nullif(purchases, 0) + 1 / nullif(purchases * purchases, 0)),
            false
        ) as is_apart
    from observed
),

counted as (
    select
        share,
        is_apart,
        case when is_apart then 0 else fixed_point(purchases, 100) end as purchases_hundredths,
        fixed_point(deviation, 1000) as thousandths,
        case when is_apart then fixed_point(deviation * purchase_revenue_minor, 1) else 0 end as apart_minor,
        case when is_apart then 0 else purchase_revenue_minor end as other_revenue_minor
    from compared
),

known as (
    select
        counted.*,
        purchases_hundredths > 0 and purchases_hundredths <= 100 as is_single
    from counted
),

final as (
    select
        share,
        cast(sum(case when purchases_hundredths > 0 then 1 else 0 end) as bigint) as customers,
        cast(sum(case when purchases_hundredths > 100 then 1 else 0 end) as bigint) as several,
        cast(sum(purchases_hundredths) as bigint) as purchases,
        cast(sum(long_summed(purchases_hundredths * purchases_hundredths)) as decimal(38, 0)) as purchase_squares,
        cast(sum(purchases_hundredths * thousandths) as bigint) as deviation_by_purchases,
        cast(sum(long_summed(purchases_hundredths * purchases_hundredths * thousandths)) as decimal(38, 0))
            as deviation_by_squares,
        cast(sum(long_summed(purchases_hundredths * thousandths * thousandths)) as decimal(38, 0)) as square_by_purchases,
        cast(sum(
            long_summed(purchases_hundredths * thousandths * purchases_hundredths * thousandths)
        ) as decimal(38, 0)) as square_by_squares,
        cast(sum(case when is_single then thousandths else 0 end) as bigint) as single_deviation,
        cast(sum(case when is_single then thousandths * thousandths else 0 end) as bigint) as single_squares,
        cast(sum(apart_minor) as bigint) as apart_minor,
        cast(sum(other_revenue_minor) as bigint) as other_revenue_minor
    from known
    group by share
)

select * from final
