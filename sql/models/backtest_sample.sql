-- backtest_sample: how many customers were known at the cutoff of the backtest,
-- how many were acquired later, and how many of the id buckets the backtest reads: all, up to
-- backtest_full_customers; beyond that the share that leaves about
-- backtest_sample_customers, so that its cost is bounded.
--
-- grain: one row
-- reads: cutoff_customers, earlier_first_purchases, summary, params
with

known as (
    select count(*) as customers
    from cutoff_customers
    where is_fitted
),

newcomers as (
    select count(*) as newcomers
    from summary
    cross join params
    left join earlier_first_purchases
        on summary.customer_id = earlier_first_purchases.customer_id
        and params.backtest_cutoff = earlier_first_purchases.look_day
    where summary.is_fitted
        and summary.first_purchase_date > params.backtest_cutoff
        -- who is known for a purchase that was undone later is not new
        and earlier_first_purchases.first_purchase_date is null
),

sizes as (
    select
        known.customers,
        newcomers.newcomers
    from known
    cross join newcomers
),

final as (
    select
        sizes.customers,
        sizes.newcomers,
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
