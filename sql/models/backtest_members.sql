-- backtest_members: the customers of the backtest: known at its cutoff, fitted,
-- and in the sample.
--
-- grain: one row per customer_id
-- reads: summary, candidate_groups, backtest_sample, params
with

known as (
    select
        summary.customer_id,
        summary.first_channel,
        coalesce(candidate_groups.fit_group, 0) as fit_group,
        summary.first_purchase_date,
        params.backtest_cutoff,
        params.backtest_recent_from,
        case when backtest_sample.buckets < params.id_buckets then id_bucket(summary.customer_id, params.id_buckets) else 0 end as bucket,
        backtest_sample.buckets
    from summary
    cross join params
    cross join backtest_sample
    left join candidate_groups
        on summary.first_channel = candidate_groups.first_channel
    where summary.is_fitted
        and summary.first_purchase_date <= params.backtest_cutoff
),

final as (
    select
        customer_id,
        first_channel,
        fit_group,
        first_purchase_date,
        backtest_cutoff,
        backtest_recent_from,
        id_fraction(customer_id) as id_fraction
    from known
    where bucket < buckets
)

select * from final
