-- kept_revenue_figures: what has become of the customers who bought in the retention_days
-- before the last retention_days, and of their money; and who came back after as long
-- without a purchase. Unknown where the files begin later than that.
--
-- grain: one row
-- reads: year_activity, purchase_gaps, compared_periods, params
with

returned as (
    select coalesce(cast(sum(purchase_gaps.gaps) as bigint), 0) as customers
    from purchase_gaps
    cross join params
    where purchase_gaps.is_recent
        and purchase_gaps.gap_days > params.retention_days
),

final as (
    select
        case
            when compared_periods.is_before_known
                then cast(year_activity.revenue_minor as double) / nullif(greatest(year_activity.revenue_before_minor, 0), 0)
        end as net_revenue_retention,
        case when compared_periods.is_before_known then year_activity.buyers_before else 0 end as net_revenue_retention_n,
        case
            when compared_periods.is_before_known
                then cast(year_activity.capped_minor as double) / nullif(greatest(year_activity.revenue_before_minor, 0), 0)
        end as gross_revenue_retention,
        case when compared_periods.is_before_known then year_activity.buyers_before else 0 end as gross_revenue_retention_n,
        case when compared_periods.is_before_known then year_activity.kept else 0 end as customer_retention_counted,
        case when compared_periods.is_before_known then year_activity.buyers_before else 0 end as customer_retention_n,
        case when compared_periods.is_before_known then returned.customers end as reactivated_customers,
        case when compared_periods.is_before_known then year_activity.buyers else 0 end as reactivated_customers_n
    from year_activity
    cross join returned
    cross join compared_periods
    where compared_periods.period = '12_months'
)

select * from final
