-- customer_days: what each customer did on each day, as known on as_of, by the rows that
-- are used. What moved on the day is net_minor. What the day is worth as a purchase is
-- purchase_minor: with returns by order what is left of its orders, none of which lowers
-- another; else what moved. A day is a purchase when that is positive (or zero, where
-- the configuration says so and an order without a return stands on it).
--
-- Beside each day stands the customer's first purchase, null where there is none, and
-- beside a purchase which of the customer's it is, and when the one before was: one sort
-- of each customer's days, and no later step has to look among these again. The table
-- has the days of a customer together, so that sums by customer meet one after the other.
--
-- It is the widest grouping of a run: what a sum over few rows gives as well, as that of
-- returns, is left out.
--
-- grain: one row per (customer_id, order_day) with a used row
-- reads: orders, order_returns, params
with

days as (
    select
        customer_id,
        order_day,
        count(*) as order_rows,
        cast(sum(amount_minor) as bigint) as net_minor,
        coalesce(cast(sum(margin_minor) as bigint), 0) as margin_minor
    from orders
    where reason = 'used'
    group by customer_id, order_day
),

purchases as (
    select
        days.customer_id,
        days.order_day,
        days.order_rows,
        days.net_minor,
        days.margin_minor,
        days.net_minor + coalesce(order_returns.purchase_change_minor, 0) as purchase_minor,
        days.margin_minor + coalesce(order_returns.margin_change_minor, 0) as purchase_margin_minor,
        coalesce(order_returns.returned_rows, 0) as returned_rows
    from days
    left join order_returns
        on days.customer_id = order_returns.customer_id
        and days.order_day = order_returns.order_day
),

classified as (
    select
        purchases.customer_id,
        purchases.order_day,
        purchases.order_rows,
        purchases.net_minor,
        purchases.margin_minor,
        purchases.purchase_minor,
        purchases.purchase_margin_minor,
        counts_as_purchase(
            purchases.purchase_minor, purchases.order_rows - purchases.returned_rows, params.zero_is_purchase
        ) as is_purchase
    from purchases
    cross join params
),

-- a customer's purchases come first
final as (
    select
        customer_id,
        order_day,
        order_rows,
        net_minor,
        margin_minor,
        purchase_minor,
        purchase_margin_minor,
        is_purchase,
        case
            when is_purchase
                then cast(row_number() over (partition by customer_id order by is_purchase desc, order_day) as integer)
        end as purchase_number,
        case when is_purchase then lag(order_day) over (partition by customer_id order by is_purchase desc, order_day) end
            as purchase_before,
        first_value(case when is_purchase then order_day end)
            over (partition by customer_id order by is_purchase desc, order_day) as first_purchase_date
    from classified
)

select * from final
