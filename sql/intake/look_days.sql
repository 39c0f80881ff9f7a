-- look_days: what the customer-days of spread orders with a return were on the looks of
-- earlier days, in the columns of customer_days: a return undoes its order from the day
-- on which it is booked. Other days were on every look what they are.
--
-- grain: one row per (look_day, customer_id, order_day) that holds such an order
-- reads: order_worths, order_returns, customer_days, params
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

-- as known on as_of all of these orders have their return
known as (
    select
        worths.customer_id,
        worths.order_day,
        worths.worth_minor,
        worths.worth_margin_minor
    from worths
    inner join params
        on worths.look_day = params.as_of
),

days as (
    select
        worths.look_day,
        worths.customer_id,
        worths.order_day,
        customer_days.purchase_minor + worths.worth_minor - known.worth_minor as purchase_minor,
        customer_days.purchase_margin_minor + worths.worth_margin_minor - known.worth_margin_minor as purchase_margin_minor,
        customer_days.order_rows - order_returns.returned_rows + worths.kept_rows as kept_rows,
        params.zero_is_purchase
    from worths
    inner join known
        on worths.customer_id = known.customer_id
        and worths.order_day = known.order_day
    inner join order_returns
        on worths.customer_id = order_returns.customer_id
        and worths.order_day = order_returns.order_day
    inner join customer_days
        on worths.customer_id = customer_days.customer_id
        and worths.order_day = customer_days.order_day
    cross join params
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
