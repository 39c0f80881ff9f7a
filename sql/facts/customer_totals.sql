-- customer_totals: what each customer's used rows add up to. A customer without
-- a purchase (only returns, only zeros, only orders returned in full) has no
-- first_purchase_date. What moved in the last 12 months, and the 12 before, is summed
-- on the way.
--
-- grain: one row per customer_id with a used row
-- reads: customer_days, first_purchases, compared_periods
with

bounds as (
    select
        max(case when period = '12_months' then starts_on end) as year_from,
        max(case when period = '12_months' then before_starts_on end) as year_before_from
    from compared_periods
),

final as (
    select
        customer_days.customer_id,
        first_purchases.first_purchase_date,
        min(
            case
                when customer_days.is_purchase and customer_days.order_day > first_purchases.first_purchase_date
                    then customer_days.order_day
            end
        ) as second_purchase_date,
        max(case when customer_days.is_purchase then customer_days.order_day end) as last_purchase_date,
        cast(sum(case when customer_days.is_purchase then 1 else 0 end) as bigint) as purchases,
        cast(sum(customer_days.gross_minor) as bigint) as gross_minor,
        cast(sum(customer_days.net_minor) as bigint) as revenue_minor,
        cast(sum(customer_days.margin_minor) as bigint) as margin_minor,
        cast(sum(case when customer_days.is_purchase then customer_days.purchase_minor else 0 end) as bigint)
            as purchase_revenue_minor,
        cast(sum(case when customer_days.is_purchase then customer_days.purchase_margin_minor else 0 end) as bigint)
            as purchase_margin_minor,
        cast(
            sum(
                case
                    when customer_days.order_day = first_purchases.first_purchase_date then customer_days.purchase_minor
                    else 0
                end
            ) as bigint
        ) as first_purchase_minor,
        cast(
            sum(
                case
                    when customer_days.order_day = first_purchases.first_purchase_date
                        then customer_days.purchase_margin_minor
                    else 0
                end
            ) as bigint
        ) as first_purchase_margin_minor,
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
    left join first_purchases
        on customer_days.customer_id = first_purchases.customer_id
    cross join bounds
    where customer_days.reason = 'used'
    group by customer_days.customer_id, first_purchases.first_purchase_date
)

select * from final
