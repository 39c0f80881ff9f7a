-- tracked_newcomers: the customers whose repeat purchases are followed week by week: those
-- known on the backtest's cutoff, without one all; old ones among them. By day of the first
-- purchase and by the group that may have parameters of its own.
--
-- grain: one row per (fit_group, first_purchase_date)
-- reads: summary, candidate_groups, params
with

grouped as (
    select
        coalesce(candidate_groups.fit_group, 0) as fit_group,
        summary.first_purchase_date
    from summary
    cross join params
    left join candidate_groups
        on summary.is_old = candidate_groups.is_old
        and case when summary.is_old then '' else summary.first_channel end = candidate_groups.first_channel
    where summary.is_fitted
        and summary.first_purchase_date <= params.backtest_cutoff
),

final as (
    select
        fit_group,
        first_purchase_date,
        count(*) as customers
    from grouped
    group by fit_group, first_purchase_date
)

select * from final
