-- voided_purchases: how many purchases came to nothing on a later day, by their day and
-- by that of the last return.
--
-- grain: one row per (order_day, voided_on)
-- reads: order_worths, customer_days, params
with

worths as (
    select
        order_worths.customer_id,
        order_worths.order_id,
        order_worths.order_day,
        order_worths.return_rows,
        order_worths.net_minor,
        order_worths.worth_minor
    from order_worths
    inner join params
        on order_worths.look_day = params.as_of
    where order_worths.is_spread
),

last_returns as (
    select
        customer_id,
        order_id,
        max(order_day) as returned_on
    from worths
    where return_rows > 0
    group by customer_id, order_id
),

voids as (
    select
        worths.customer_id,
        worths.order_day,
        max(last_returns.returned_on) as voided_on
    from worths
    inner join last_returns
        on worths.customer_id = last_returns.customer_id
        and worths.order_id = last_returns.order_id
        and worths.order_day < last_returns.returned_on
    where worths.net_minor > 0
        and worths.worth_minor = 0
    group by worths.customer_id, worths.order_day
),

final as (
    select
        voids.order_day,
        voids.voided_on,
        count(*) as purchases
    from voids
    inner join customer_days
        on voids.customer_id = customer_days.customer_id
        and voids.order_day = customer_days.order_day
    where not customer_days.is_purchase
    group by voids.order_day, voids.voided_on
)

select * from final
