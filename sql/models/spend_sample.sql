-- spend_sample: how many of the id buckets the spend model is fitted on: all, up to
-- spend_sample_customers customers; beyond that the share that leaves as many.
--
-- grain: one row
-- reads: spend_summary, params
with

sizes as (
    select count(*) as customers
    from spend_summary
    where is_fitted
        and spend_minor > 0
),

final as (
    select
        sizes.customers,
        case
            when sizes.customers > params.spend_sample_customers then cast(
                ceil(
                    cast(params.spend_sample_customers * params.id_buckets as double) / nullif(sizes.customers, 0)
                ) as bigint
            )
            else params.id_buckets
        end as buckets
    from sizes
    cross join params
)

select * from final
