-- dropout_adds_up: what segments and marks lose to dropout, and who is at the top in
-- them, is what the base does and has.
--
-- grain: one row per rule
-- reads: segments, kpis, params
with

of_segments as (
    select
        coalesce(cast(sum(to_minor(segments.dropout_loss, params.minor_per_unit)) as bigint), 0) as dropout_loss_minor,
        coalesce(cast(sum(segments.top_5_percent_customers) as bigint), 0) as top_customers,
        coalesce(cast(sum(to_minor(segments.top_5_percent_clv, params.minor_per_unit)) as bigint), 0) as top_clv_minor
    from segments
    cross join params
),

of_kpis as (
    select
        coalesce(cast(sum(
            case when kpis.metric = 'dropout_loss' then to_minor(kpis.value, params.minor_per_unit) end
        ) as bigint), 0) as dropout_loss_minor,
        coalesce(cast(sum(
            case
                when kpis.metric in ('retain_dropout_loss', 'lookalike_dropout_loss')
                    then to_minor(kpis.value, params.minor_per_unit)
            end
        ) as bigint), 0) as marked_loss_minor,
        coalesce(cast(sum(case when kpis.metric = 'top_5_percent_clv' then kpis.n end) as bigint), 0) as top_customers,
        coalesce(cast(sum(
            case when kpis.metric = 'top_5_percent_clv' then to_minor(kpis.value, params.minor_per_unit) end
        ) as bigint), 0) as top_clv_minor
    from kpis
    cross join params
),

compared as (
    select
        'segments hold what dropout takes (minor units)' as rule,
        of_segments.dropout_loss_minor as got,
        of_kpis.dropout_loss_minor as want
    from of_segments cross join of_kpis
    union all
    select 'marks hold what dropout takes (minor units)', of_kpis.marked_loss_minor, of_kpis.dropout_loss_minor
    from of_kpis
    union all
    select 'segments hold the top customers', of_segments.top_customers, of_kpis.top_customers
    from of_segments cross join of_kpis
    union all
    select 'segments hold the value of the top customers (minor units)', of_segments.top_clv_minor, of_kpis.top_clv_minor
    from of_segments cross join of_kpis
),

final as (
    select
        rule,
        got,
        want,
        cast(null as string) as example
    from compared
)

select * from final
