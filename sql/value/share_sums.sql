-- share_sums: what own_shares add up to, for the weights of the margin and of the return
-- share, over the customers of whom anything is known: with n purchases in hundredths and
-- a deviation d in thousandths, Σ n, Σ n², Σ n d², Σ (n d)², and Σ d² of those with one.
-- Left out is who deviates so far that own_part is above a half even at the largest
-- variance that a share between 0 and 1 can have, a quarter: they keep their own share
-- whatever the weight, and would make it that of customers like them.
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
        2 * params.own_share_errors * params.own_share_errors as error_squares
    from own_shares
    cross join shares
    cross join params
),

counted as (
    select
        share,
        fixed_point(purchases, 100) as purchases_hundredths,
        fixed_point(deviation, 1000) as thousandths,
        fixed_point(purchases, 100) > 100 as has_several
    from observed
    -- of no purchase the right is null
    where deviation * deviation <= error_squares * (0.25e0 / nullif(purchases, 0) + 1 / nullif(purchases * purchases, 0))
),

final as (
    select
        share,
        count(*) as customers,
        cast(sum(case when has_several then 1 else 0 end) as bigint) as several,
        cast(sum(purchases_hundredths) as bigint) as purchases,
        cast(sum(cast(purchases_hundredths as decimal(19, 0)) * cast(purchases_hundredths as decimal(19, 0))) as decimal(38, 0))
            as purchase_squares,
        cast(sum(cast(purchases_hundredths as decimal(19, 0)) * cast(thousandths * thousandths as decimal(19, 0))) as decimal(38, 0))
            as deviations,
        cast(sum(
            cast(purchases_hundredths * thousandths as decimal(19, 0)) * cast(purchases_hundredths * thousandths as decimal(19, 0))
        ) as decimal(38, 0)) as deviation_squares,
        cast(sum(case when has_several then 0 else thousandths * thousandths end) as bigint) as single_deviations
    from counted
    group by share
)

select * from final
