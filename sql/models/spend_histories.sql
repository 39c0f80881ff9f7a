-- spend_histories: the distinct (number, sum) of purchases, and how many customers
-- share each: with the sum of the logarithms of single values, over all of them, all
-- that the spend model sees. Repeat purchases say in which band a customer is.
--
-- grain: one row per (fit_group, repeat_purchases, spend_purchases, spend_minor)
-- reads: spend_summary, candidate_groups, spend_sample
with

sampled as (
    select
        coalesce(candidate_groups.fit_group, 0) as fit_group,
        spend_summary.repeat_purchases,
        spend_summary.spend_purchases,
        spend_summary.spend_minor,
        spend_summary.spend_log_millionths
    from spend_summary
    inner join spend_sample
        on spend_summary.bucket < spend_sample.buckets
    left join candidate_groups
        on spend_summary.is_old = candidate_groups.is_old
        and case when spend_summary.is_old then '' else spend_summary.first_channel end = candidate_groups.first_channel
    where spend_summary.is_fitted
        and spend_summary.spend_minor > 0
),

final as (
    select
        fit_group,
        repeat_purchases,
        spend_purchases,
        spend_minor,
        count(*) as customers,
        cast(sum(spend_log_millionths) as bigint) as log_millionths
    from sampled
    group by fit_group, repeat_purchases, spend_purchases, spend_minor
)

select * from final
