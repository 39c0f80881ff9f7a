-- share_sums: what own_shares add up to, for the weights of the margin and of the return
-- share, over the customers of whom anything is known: with n purchases in hundredths and
-- a deviation d in thousandths, Σ n, Σ n², Σ n d², Σ (n d)², and Σ d² of those with one.
--
-- grain: one row per share
-- reads: own_shares
with

shares as (
    select 'margin' as share
    union all
    select 'return' as share
),

observed as (
    select
        shares.share,
        fixed_point(
            case when shares.share = 'margin' then own_shares.margin_purchases else own_shares.return_purchases end, 100
        ) as purchases_hundredths,
        fixed_point(
            case when shares.share = 'margin' then own_shares.margin_deviation else own_shares.return_deviation end, 1000
        ) as thousandths
    from own_shares
    cross join shares
),

known as (
    select
        observed.*,
        purchases_hundredths > 100 as has_several
    from observed
    where purchases_hundredths > 0
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
    from known
    group by share
)

select * from final
