-- customer_totals: what each customer's used rows add up to. A customer without
-- a purchase (only returns, only zeros, only orders returned in full) has no
-- first_purchase_date. What moved in the last 12 months, and the 12 before, is summed
-- on the way, and the logarithms of what purchases are worth, where that is anything.
--
-- grain: one row per customer_id with a used row
-- reads: customer_days, customer_returns, compared_periods
with

bounds as (
    select
        max(case when period = '12_months' then starts_on end) as year_from,
        max(case when period = '12_months' then before_starts_on end) as year_before_from
    from compared_periods
),

totals as (
    select
        customer_days.customer_id,
        min(customer_days.first_purchase_date) as first_purchase_date,
        min(case when customer_days.purchase_before = customer_days.first_purchase_date then customer_days.order_day end)
            as second_purchase_date,
        max(case when customer_days.is_purchase then customer_days.order_day end) as last_purchase_date,
        cast(sum(case when customer_days.is_purchase then 1 else 0 end) as bigint) as purchases,
        cast(sum(case when customer_days.is_purchase and customer_days.purchase_minor > 0 then 1 else 0 end) as bigint)
            as positive_purchases,
        cast(sum(customer_days.net_minor) as bigint) as revenue_minor,
        cast(sum(customer_days.margin_minor) as bigint) as margin_minor,
        cast(sum(case when customer_days.is_purchase then customer_days.purchase_minor else 0 end) as bigint)
            as purchase_revenue_minor,
        cast(sum(case when customer_days.is_purchase then customer_days.purchase_margin_minor else 0 end) as bigint)
            as purchase_margin_minor,
        cast(sum(
            case
                when customer_days.is_purchase and customer_days.purchase_before is null then customer_days.purchase_minor
                else 0
            end
        ) as bigint) as first_purchase_minor,
        cast(sum(
            case
                when customer_days.is_purchase and customer_days.purchase_before is null
                    then customer_days.purchase_margin_minor
                else 0
            end
        ) as bigint) as first_purchase_margin_minor,
        cast(sum(
            case
                when customer_days.is_purchase and customer_days.purchase_minor > 0
                    then log_millionths(customer_days.purchase_minor)
                else 0
            end
        ) as bigint) as purchase_log_millionths,
        cast(sum(case
            when customer_days.is_purchase and customer_days.order_day >= bounds.year_from then 1
            else 0
        end) as bigint) as purchases_12m,
        cast(sum(case when customer_days.order_day >= bounds.year_from then customer_days.net_minor else 0 end) as bigint)
            as revenue_12m_minor,
        cast(sum(case
            when customer_days.is_purchase
                and customer_days.order_day >= bounds.year_before_from
                and customer_days.order_day < bounds.year_from then 1
            else 0
        end) as bigint) as purchases_12m_before,
        cast(sum(case
            when customer_days.order_day >= bounds.year_before_from
                and customer_days.order_day < bounds.year_from then customer_days.net_minor
            else 0
        end) as bigint) as revenue_12m_before_minor
    from customer_days
    cross join bounds
    group by customer_days.customer_id
),

final as (
    select
        totals.customer_id,
        totals.first_purchase_date,
        totals.second_purchase_date,
        totals.last_purchase_date,
        totals.purchases,
        totals.positive_purchases,
        totals.revenue_minor - coalesce(customer_returns.returns_minor, 0) as gross_minor,
        totals.revenue_minor,
        totals.margin_minor,
        totals.purchase_revenue_minor,
        totals.purchase_margin_minor,
        totals.purchase_log_millionths,
        totals.first_purchase_minor,
        totals.first_purchase_margin_minor,
        totals.purchases_12m,
        totals.revenue_12m_minor,
        totals.purchases_12m_before,
        totals.revenue_12m_before_minor
    from totals
    left join customer_returns
        on totals.customer_id = customer_returns.customer_id
)

select * from final
