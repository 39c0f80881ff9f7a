-- base_rates: what the base as a whole earns and returns, and how long until a
-- second purchase.
--
-- margin_share: margin per unit of revenue of repeat purchases, for those are what
-- is still to come, and first orders are often sold at another one; shrunk towards
-- that of all purchases, which count with the revenue of margin_prior_customers; 1
-- where money is only known as revenue. first_margin_share: that of first purchases
-- alone. later_return_share: what is returned of no
-- purchase per unit of what purchases are worth. first_order_margin: what the first purchase
-- day of a customer brings, as much returned later as of anything. That and the
-- time to a second purchase are of new customers: of those who are fitted and not old,
-- since others may have purchased before the files begin; of everybody where there is
-- none, and only reused parameters value them.
--
-- grain: one row
-- reads: summary, params
with

sums as (
    select
        count(*) as customers,
        cast(sum(purchase_revenue_minor) as bigint) as purchase_revenue_minor,
        cast(sum(purchase_margin_minor) as bigint) as purchase_margin_minor,
        cast(sum(repeat_revenue_minor) as bigint) as repeat_revenue_minor,
        cast(sum(repeat_margin_minor) as bigint) as repeat_margin_minor,
        cast(sum(first_purchase_minor) as bigint) as first_purchase_minor,
        cast(sum(later_returns_minor) as bigint) as later_returns_minor
    from summary
),

shares as (
    select
        sums.*,
        cast(purchase_margin_minor as double) / nullif(purchase_revenue_minor, 0) as purchase_margin_share,
        params.margin_prior_customers * purchase_revenue_minor / nullif(customers, 0) as prior_revenue_minor
    from sums
    cross join params
),

known_new as (
    select max(is_fitted and not is_old) as is_anybody
    from summary
),

new_customers as (
    select
        count(*) as customers,
        cast(sum(case when summary.is_fitted and not summary.is_old then 1 else 0 end) as bigint) as newcomers,
        cast(sum(
            case when summary.is_fitted and not summary.is_old and summary.repeat_purchases > 0 then 1 else 0 end
        ) as bigint) as repeaters,
        cast(sum(summary.first_order_money_minor) as bigint) as first_order_money_minor
    from summary
    cross join known_new
    where summary.is_fitted and not summary.is_old
        or not known_new.is_anybody
),

-- counted by days first: percentile_disc holds each customer's in memory
second_days as (
    select
        summary.days_to_second_purchase,
        count(*) as customers
    from summary
    cross join known_new
    where summary.days_to_second_purchase is not null
        and (summary.is_fitted and not summary.is_old or not known_new.is_anybody)
    group by summary.days_to_second_purchase
),

second_days_up_to as (
    select
        days_to_second_purchase,
        sum(customers) over (order by days_to_second_purchase) as up_to,
        sum(customers) over () as customers
    from second_days
),

median as (
    select min(case when 2 * up_to >= customers then days_to_second_purchase end) as median_days_to_second_purchase
    from second_days_up_to
),

rates as (
    select
        sums.customers,
        sums.purchase_revenue_minor,
        sums.purchase_margin_minor,
        sums.later_returns_minor,
        new_customers.newcomers,
        new_customers.repeaters as repeat_newcomers,
        case
            when params.margin_rate is not null then params.margin_rate
            when params.has_margin
                then coalesce(
                    (sums.repeat_margin_minor + sums.purchase_margin_share * sums.prior_revenue_minor)
                        / nullif(sums.repeat_revenue_minor + sums.prior_revenue_minor, 0),
                    0e0
                )
            else 1e0
        end as margin_share,
        case
            when params.margin_rate is not null then params.margin_rate
            when params.has_margin
                then coalesce(
                    cast(sums.purchase_margin_minor - sums.repeat_margin_minor as double) / nullif(sums.first_purchase_minor, 0),
                    0e0
                )
            else 1e0
        end as first_margin_share,
        -- rounded rows can leave a minor unit more than was bought
        greatest(
            0e0,
            least(
                1e0,
                coalesce(cast(-sums.later_returns_minor as double) / nullif(sums.purchase_revenue_minor, 0), 0e0)
            )
        ) as later_return_share,
        -- the unit that variances are counted in, for which anybody will do
        money(cast(sums.first_purchase_minor as double) / nullif(sums.customers, 0), params.minor_per_unit)
            as first_purchase_value,
        money(cast(new_customers.first_order_money_minor as double) / nullif(new_customers.customers, 0), params.minor_per_unit)
            * coalesce(params.margin_rate, 1e0) as first_purchase_margin,
        money(cast(sums.purchase_revenue_minor as double) / nullif(sums.customers, 0), params.minor_per_unit)
            as revenue_per_customer,
        median.median_days_to_second_purchase
    from shares as sums
    cross join new_customers
    cross join median
    cross join params
),

final as (
    select
        rates.*,
        rates.first_purchase_margin * (1 - rates.later_return_share) as first_order_margin
    from rates
)

select * from final
