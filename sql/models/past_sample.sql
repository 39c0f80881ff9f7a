-- past_sample: how many customers were known on each past day, how many were acquired
-- later, and how many of the id buckets are read of them: all, up to
-- backtest_full_customers; beyond that the share that leaves about
-- backtest_sample_customers, so that the cost is bounded. Days other than the nearest
-- cutoff, of which less is asked of single customers, have fewer.
--
-- grain: one row per past_day
-- reads: past_days, past_known, earlier_first_purchases, summary, params
with

known as (
    select
        past_day,
        count(*) as customers
    from past_known
    where is_fitted
    group by past_day
),

newcomers as (
    select
        past_days.past_day,
        count(*) as newcomers
    from summary
    inner join past_days
        on summary.first_purchase_date > past_days.past_day
    left join earlier_first_purchases
        on summary.customer_id = earlier_first_purchases.customer_id
        and past_days.past_day = earlier_first_purchases.look_day
    where summary.is_fitted
        -- who is known for a purchase that was undone later is not new
        and earlier_first_purchases.first_purchase_date is null
    group by past_days.past_day
),

sizes as (
    select
        past_days.past_day,
        coalesce(known.customers, 0) as customers,
        coalesce(newcomers.newcomers, 0) as newcomers,
        case when past_days.past_day = params.backtest_cutoff then params.backtest_full_customers else params.past_full_customers end
            as full_customers,
        case when past_days.past_day = params.backtest_cutoff then params.backtest_sample_customers else params.past_sample_customers end
            as sample_customers
    from past_days
    cross join params
    left join known
        on past_days.past_day = known.past_day
    left join newcomers
        on past_days.past_day = newcomers.past_day
),

final as (
    select
        sizes.past_day,
        sizes.customers,
        sizes.newcomers,
        case
            when sizes.customers > sizes.full_customers then cast(
                ceil(
                    cast(sizes.sample_customers * params.id_buckets as double) / nullif(sizes.customers, 0)
                ) as bigint
            )
            else params.id_buckets
        end as buckets
    from sizes
    cross join params
)

select * from final
