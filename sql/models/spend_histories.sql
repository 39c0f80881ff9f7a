-- spend_histories: the distinct (number, sum) of repeat purchases, and how many
-- customers share each: all that the spend model sees. The first purchase is
-- left out, as the model wants it.
--
-- grain: one row per (fit_group, repeat_purchases, repeat_revenue_minor)
-- reads: summary, candidate_groups, spend_sample, params
with

bucketed as (
    select
        coalesce(candidate_groups.fit_group, 0) as fit_group,
        summary.repeat_purchases,
        summary.repeat_revenue_minor,
        case when spend_sample.buckets < params.id_buckets then id_bucket(summary.customer_id, params.id_buckets) else 0 end
            as bucket,
        spend_sample.buckets
    from summary
    cross join spend_sample
    cross join params
    left join candidate_groups
        on summary.is_old = candidate_groups.is_old
        and case when summary.is_old then '' else summary.first_channel end = candidate_groups.first_channel
    where summary.is_fitted
        and summary.repeat_revenue_minor > 0
),

final as (
    select
        fit_group,
        repeat_purchases,
        repeat_revenue_minor,
        count(*) as customers
    from bucketed
    where bucket < buckets
    group by fit_group, repeat_purchases, repeat_revenue_minor
)

select * from final
