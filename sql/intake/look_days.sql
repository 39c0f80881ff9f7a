-- look_days: what the customer-days of returned orders were on the looks of earlier
-- days, in the columns of customer_days: a return undoes its order from the day on
-- which it is booked. Other days were on every look what they are.
--
-- grain: one row per (look_day, customer_id, order_day) that holds a returned order
-- reads: order_returns, customer_days, params
with

days as (
    select
        order_returns.look_day,
        order_returns.customer_id,
        order_returns.order_day,
        customer_days.net_minor + order_returns.purchase_change_minor as purchase_minor,
        customer_days.margin_minor + order_returns.margin_change_minor as purchase_margin_minor,
        customer_days.order_rows - order_returns.returned_rows as kept_rows,
        params.zero_is_purchase
    from order_returns
    inner join customer_days
        on order_returns.customer_id = customer_days.customer_id
        and order_returns.order_day = customer_days.order_day
    cross join params
    where customer_days.reason = 'used'
        and order_returns.look_day <> params.as_of
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
