-- look_days: what the customer-days of spread orders with a return, and of orders whose
-- versions differ, were worth on the looks of earlier days, as customer_days has it: a
-- return undoes its order from the day on which it is booked, and so does a newer
-- version. Other days were on every look what they are. A day on which a newer version
-- has left no order is not among customer_days.
--
-- grain: one row per (look_day, customer_id, order_day) that holds such an order
-- reads: order_worths, customer_days, params
with

worths as (
    select
        look_day,
        customer_id,
        order_day,
        cast(sum(worth_minor) as bigint) as worth_minor,
        cast(sum(worth_margin_minor) as bigint) as worth_margin_minor,
        cast(sum(case when is_returned then 0 else order_rows end) as bigint) as kept_rows
    from order_worths
    where is_spread
    group by look_day, customer_id, order_day
),

known as (
    select
        order_worths.customer_id,
        order_worths.order_day,
        cast(sum(order_worths.worth_minor) as bigint) as worth_minor,
        cast(sum(order_worths.worth_margin_minor) as bigint) as worth_margin_minor,
        cast(sum(order_worths.order_rows) as bigint) as order_rows
    from order_worths
    inner join params
        on order_worths.look_day = params.as_of
    group by order_worths.customer_id, order_worths.order_day
),

days as (
    select
        worths.look_day,
        worths.customer_id,
        worths.order_day,
        coalesce(customer_days.purchase_minor, 0) + worths.worth_minor - known.worth_minor as purchase_minor,
        coalesce(customer_days.purchase_margin_minor, 0) + worths.worth_margin_minor - known.worth_margin_minor
            as purchase_margin_minor,
        -- those of the day's other orders, none of which has a return, and its own
        coalesce(customer_days.order_rows, 0) - known.order_rows + worths.kept_rows as kept_rows,
        params.zero_is_purchase
    from worths
    inner join known
        on worths.customer_id = known.customer_id
        and worths.order_day = known.order_day
    cross join params
    left join customer_days
        on worths.customer_id = customer_days.customer_id
        and worths.order_day = customer_days.order_day
    where worths.look_day <> params.as_of
),

final as (
    select
        look_day,
        customer_id,
        order_day,
        purchase_minor,
        purchase_margin_minor,
        counts_as_purchase(purchase_minor, kept_rows, zero_is_purchase) as is_purchase
    from days
)

select * from final
