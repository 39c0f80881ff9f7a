-- rfm: the summary with recency, frequency and monetary scores of 1 to 5 and
-- the segment they fall in. Equal values get equal scores.
--
-- grain: one row per customer_id
-- reads: spend_summary, fit_groups, rfm_cuts, rfm_map
with

scored as (
    select
        spend_summary.*,
        coalesce(fit_groups.fit_group, 0) as fit_group,
        recency_score(
            spend_summary.days_since_last_purchase,
            rfm_cuts.recency_1,
            rfm_cuts.recency_2,
            rfm_cuts.recency_3,
            rfm_cuts.recency_4
        ) as r_score,
        frequency_score(
            spend_summary.purchases,
            rfm_cuts.frequency_2,
            rfm_cuts.frequency_3,
            rfm_cuts.frequency_4,
            rfm_cuts.frequency_5
        ) as f_score,
        monetary_score(
            spend_summary.revenue_minor,
            rfm_cuts.monetary_1,
            rfm_cuts.monetary_2,
            rfm_cuts.monetary_3,
            rfm_cuts.monetary_4
        ) as m_score
    from spend_summary
    cross join rfm_cuts
    left join fit_groups
        on spend_summary.is_old = fit_groups.is_old
        and case when spend_summary.is_old then '' else spend_summary.first_channel end = fit_groups.first_channel
),

final as (
    select
        scored.*,
        rfm_map.segment
    from scored
    left join rfm_map
        on scored.r_score = rfm_map.r_score
        and scored.f_score = rfm_map.f_score
        and scored.m_score = rfm_map.m_score
)

select * from final
