-- spend_sample: how many of the id buckets the spend model is fitted on: all, up to
-- spend_sample_customers repeaters; beyond that the share that leaves as many.
--
-- grain: one row
-- reads: summary, params
with

sizes as (
    select count(*) as repeaters
    from summary
    where is_fitted
        and repeat_revenue_minor > 0
),

final as (
    select
        sizes.repeaters,
        case
            when sizes.repeaters > params.spend_sample_customers then cast(
                ceil(
                    cast(params.spend_sample_customers * params.id_buckets as double) / nullif(sizes.repeaters, 0)
                ) as bigint
            )
            else params.id_buckets
        end as buckets
    from sizes
    cross join params
)

select * from final
