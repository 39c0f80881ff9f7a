-- backtest_sample: how many customers were known at the cutoff of the backtest,
-- how many were acquired later, and how many of the id buckets the backtest reads: all, up to
-- backtest_full_customers; beyond that the share that leaves about
-- backtest_sample_customers, so that its cost is bounded.
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
        coalesce(sizes.customers, 0) as customers,
        coalesce(sizes.newcomers, 0) as newcomers,
        case
            when sizes.customers > params.backtest_full_customers then cast(
                ceil(
                    cast(params.backtest_sample_customers * params.id_buckets as double) / nullif(sizes.customers, 0)
                ) as bigint
            )
            else params.id_buckets
        end as buckets
    from sizes
    cross join params
)

select * from final
