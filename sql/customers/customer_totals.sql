-- customer_totals: what each customer's used rows add up to. A customer without
-- a purchase (only returns, only zeros) has no first_purchase_date. Purchases and
-- revenue of the periods that the lenses compare are summed on the way.
--
-- grain: one row per customer_id with a used row
-- reads: customer_days, first_purchases, periods
with

bounds as (
    select
        max(case when period = '12_months' then starts_on end) as year_from,
        max(case when period = '12_months' then before_starts_on end) as year_before_from,
        max(case when period = 'quarter' then starts_on end) as quarter_from,
        max(case when period = 'quarter' then ends_on end) as quarter_to,
        max(case when period = 'quarter' then before_starts_on end) as quarter_before_from,
        max(case when period = 'quarter' then before_ends_on end) as quarter_before_to,
        max(case when period = 'month' then starts_on end) as month_from,
        max(case when period = 'month' then ends_on end) as month_to,
        max(case when period = 'month' then before_starts_on end) as month_before_from,
        max(case when period = 'month' then before_ends_on end) as month_before_to
    from periods
)

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
    cast(sum(case when customer_days.is_purchase then customer_days.net_minor else 0 end) as bigint)
        as purchase_revenue_minor,
    cast(sum(case when customer_days.is_purchase then customer_days.margin_minor else 0 end) as bigint)
        as purchase_margin_minor,
    cast(
        sum(
            case
                when customer_days.order_day = first_purchases.first_purchase_date then customer_days.net_minor
                else 0
            end
        ) as bigint
    ) as first_purchase_minor,
    cast(sum(case
        when customer_days.is_purchase
            and customer_days.order_day >= bounds.year_from then 1
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
    end) as bigint) as revenue_12m_before_minor,
    cast(sum(case
        when customer_days.is_purchase
            and customer_days.order_day between bounds.quarter_from and bounds.quarter_to then 1
        else 0
    end) as bigint) as purchases_quarter,
    cast(sum(case
        when customer_days.order_day between bounds.quarter_from and bounds.quarter_to then customer_days.net_minor
        else 0
    end) as bigint) as revenue_quarter_minor,
    cast(sum(case
        when customer_days.is_purchase
            and customer_days.order_day between bounds.quarter_before_from and bounds.quarter_before_to then 1
        else 0
    end) as bigint) as purchases_quarter_before,
    cast(sum(case
        when customer_days.order_day between bounds.quarter_before_from and bounds.quarter_before_to then customer_days.net_minor
        else 0
    end) as bigint) as revenue_quarter_before_minor,
    cast(sum(case
        when customer_days.is_purchase
            and customer_days.order_day between bounds.month_from and bounds.month_to then 1
        else 0
    end) as bigint) as purchases_month,
    cast(sum(case
        when customer_days.order_day between bounds.month_from and bounds.month_to then customer_days.net_minor
        else 0
    end) as bigint) as revenue_month_minor,
    cast(sum(case
        when customer_days.is_purchase
            and customer_days.order_day between bounds.month_before_from and bounds.month_before_to then 1
        else 0
    end) as bigint) as purchases_month_before,
    cast(sum(case
        when customer_days.order_day between bounds.month_before_from and bounds.month_before_to then customer_days.net_minor
        else 0
    end) as bigint) as revenue_month_before_minor
from customer_days
cross join bounds
left join first_purchases
    on customer_days.customer_id = first_purchases.customer_id
where customer_days.reason = 'used'
group by customer_days.customer_id, first_purchases.first_purchase_date
