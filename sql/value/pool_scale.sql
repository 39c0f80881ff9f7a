-- pool_scale: what turns the pool's forecasts into those at the total of the family, by
-- the parameters that customers share: totals are the family's, and old customers and
-- channels with parameters of their own keep theirs. Of sums of whole billionths of a
-- purchase.
--
-- grain: one row per fit_group with customers
-- reads: pool_forecasts
with

sums as (
    select
        fit_group,
        cast(sum(fixed_point(pool_purchases, 1000000000)) as bigint) as pool_billionths,
        cast(sum(fixed_point(family_purchases, 1000000000)) as bigint) as family_billionths
    from pool_forecasts
    group by fit_group
),

final as (
    select
        fit_group,
        pool_billionths,
        family_billionths,
        -- nobody of whom the pool expects anything is expected to purchase
        coalesce(cast(family_billionths as double) / nullif(pool_billionths, 0), 0e0) as scale
    from sums
)

select * from final
