-- backtest_members: the customers of the backtest: known at its cutoff, fitted,
-- and in the sample.
--
-- grain: one row per customer_id
-- reads: cutoff_customers, candidate_groups, backtest_sample, params
with

known as (
    select
        cutoff_customers.customer_id,
        cutoff_customers.first_channel,
        coalesce(candidate_groups.fit_group, 0) as fit_group,
        cutoff_customers.first_purchase_date,
        params.backtest_cutoff,
        params.backtest_recent_from,
        case when backtest_sample.buckets < params.id_buckets then id_bucket(cutoff_customers.customer_id, params.id_buckets) else 0 end as bucket,
        backtest_sample.buckets
    from cutoff_customers
    cross join params
    cross join backtest_sample
    left join candidate_groups
        on cutoff_customers.is_old = candidate_groups.is_old
        and case when cutoff_customers.is_old then '' else cutoff_customers.first_channel end = candidate_groups.first_channel
    where cutoff_customers.is_fitted
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
