-- exposure: what each segment and mark stands to lose: the value that expected
-- dropout takes, and what leaves with the most valuable customers. Revenue of the
-- last 12 months is null where the files begin too late to know it.
--
-- grain: one row per (segment, mark)
-- reads: value_sums, compared_periods
with

sums as (
    select
        segment,
        mark,
        cast(sum(customers) as bigint) as customers,
        cast(sum(clv_minor) as bigint) as clv_minor,
        cast(sum(dropout_loss_minor) as bigint) as dropout_loss_minor,
        cast(sum(case when is_top_1_percent then customers else 0 end) as bigint) as top_1_percent_customers,
        cast(sum(case when is_top_1_percent then clv_minor else 0 end) as bigint) as top_1_percent_clv_minor,
        cast(sum(case when is_top_1_percent then revenue_12m_minor else 0 end) as bigint) as top_1_percent_revenue_minor,
        cast(sum(case when is_top_5_percent then customers else 0 end) as bigint) as top_5_percent_customers,
        cast(sum(case when is_top_5_percent then clv_minor else 0 end) as bigint) as top_5_percent_clv_minor,
        cast(sum(case when is_top_5_percent then revenue_12m_minor else 0 end) as bigint) as top_5_percent_revenue_minor,
        cast(sum(case when is_top_ten then customers else 0 end) as bigint) as top_ten_customers,
        cast(sum(case when is_top_ten then clv_minor else 0 end) as bigint) as top_ten_clv_minor,
        cast(sum(case when is_top_ten then revenue_12m_minor else 0 end) as bigint) as top_ten_revenue_minor
    from value_sums
    group by segment, mark
),

final as (
    select
        sums.segment,
        sums.mark,
        sums.customers,
        sums.clv_minor,
        sums.dropout_loss_minor,
        sums.top_1_percent_customers,
        sums.top_1_percent_clv_minor,
        case when compared_periods.is_known then sums.top_1_percent_revenue_minor end as top_1_percent_revenue_minor,
        sums.top_5_percent_customers,
        sums.top_5_percent_clv_minor,
        case when compared_periods.is_known then sums.top_5_percent_revenue_minor end as top_5_percent_revenue_minor,
        sums.top_ten_customers,
        sums.top_ten_clv_minor,
        case when compared_periods.is_known then sums.top_ten_revenue_minor end as top_ten_revenue_minor
    from sums
    cross join compared_periods
    where compared_periods.period = '12_months'
)

select * from final
