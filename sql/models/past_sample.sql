-- past_sample: how many customers were known on each past day, how many were acquired
-- later, and how many of the id buckets are read of them: all, up to
-- backtest_full_customers; beyond that the share that leaves about
-- backtest_sample_customers, so that the cost is bounded. Days other than the nearest
-- cutoff, of which less is asked of single customers, have fewer.
--
-- grain: one row per past_day
-- reads: past_days, earlier_first_purchases, summary, params
with

-- by the day of the first purchase, so that it is few rows that each past day counts
first_days as (
    select
        first_purchase_date,
        count(*) as customers
    from summary
    where is_fitted
    group by first_purchase_date
),

counts as (
    select
        past_days.past_day,
        cast(sum(case when first_days.first_purchase_date <= past_days.past_day then first_days.customers else 0 end) as bigint)
            as customers,
        cast(sum(case when first_days.first_purchase_date > past_days.past_day then first_days.customers else 0 end) as bigint)
            as newcomers
    from past_days
    cross join first_days
    group by past_days.past_day
),

-- who was known otherwise then, as in past_known; and who is known for a purchase that was
-- undone later is not new
changes as (
    select
        past_days.past_day,
        cast(sum(
            case when earlier_first_purchases.first_purchase_date >= params.fit_from then 1 else 0 end
            - case when summary.is_fitted and summary.first_purchase_date <= past_days.past_day then 1 else 0 end
        ) as bigint) as customers,
        cast(sum(
            case
                when earlier_first_purchases.first_purchase_date is not null
                    and summary.is_fitted
                    and summary.first_purchase_date > past_days.past_day then -1
                else 0
            end
        ) as bigint) as newcomers
    from earlier_first_purchases
    inner join past_days
        on earlier_first_purchases.look_day = past_days.past_day
    cross join params
    left join summary
        on earlier_first_purchases.customer_id = summary.customer_id
    group by past_days.past_day
),

sizes as (
    select
        past_days.past_day,
        coalesce(counts.customers, 0) + coalesce(changes.customers, 0) as customers,
        coalesce(counts.newcomers, 0) + coalesce(changes.newcomers, 0) as newcomers,
        case when past_days.past_day = params.backtest_cutoff then params.backtest_full_customers else params.past_full_customers end
            as full_customers,
        case when past_days.past_day = params.backtest_cutoff then params.backtest_sample_customers else params.past_sample_customers end
            as sample_customers
    from past_days
    cross join params
    left join counts
        on past_days.past_day = counts.past_day
    left join changes
        on past_days.past_day = changes.past_day
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
