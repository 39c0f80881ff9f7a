-- backtest_sample: how many customers were known at the cutoff of the backtest,
-- how many came later, and how many of the 10,000 id buckets the backtest reads:
-- all, up to 60,000 customers; beyond that the share that leaves about 52,000, so
-- that its cost is bounded and the sample has 50,000 at the least.
--
-- grain: one row
-- reads: summary, params
with

sizes as (
    select
        cast(sum(case when summary.first_purchase_date <= params.backtest_cutoff then 1 else 0 end) as bigint)
            as customers,
        cast(sum(case when summary.first_purchase_date > params.backtest_cutoff then 1 else 0 end) as bigint)
            as newcomers
    from summary
    cross join params
    where summary.is_fitted
),

final as (
    select
        coalesce(customers, 0) as customers,
        coalesce(newcomers, 0) as newcomers,
        case
            when customers > 60000 then cast(ceil(52e7 / nullif(customers, 0)) as bigint)
            else 10000
        end as buckets
    from sizes
)

select * from final
