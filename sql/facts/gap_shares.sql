-- gap_shares: how evenly customers buy: of those with two repeat purchases, by how much
-- the share of the first gap in both is off a half, squared, in millionths. Purchases at
-- random times have 1/12 on average, those of a contract almost nothing. Given the two
-- gaps together, whether a third has ended says nothing of this share.
--
-- grain: one row
-- reads: summary
with

shares as (
    select cast(days_to_second_purchase as double) / nullif(age_at_last_purchase_days, 0) - 0.5e0 as off_half
    from summary
    where repeat_purchases = 2
),

final as (
    select
        count(*) as customers,
        coalesce(cast(sum(fixed_point(off_half * off_half, 1000000)) as bigint), 0) as deviation_millionths
    from shares
)

select * from final
