-- order_returns: by how much the returns of orders change what each customer-day is
-- worth as a purchase, as known on each look: rows after the day of the look do not
-- exist for it.
--
-- A return takes from the latest day of its order that has something left, and a
-- debt is paid back by the order's later rows. So what is left of the first days
-- together is the least balance of the order from there on, and of one day the
-- difference to the days before it. An order that ends below nothing leaves the
-- rest on its last day of a return. The returns' margin is shared out among the
-- days that lost something, by how much; a day left with nothing brings no margin of
-- a purchase, and what remains of its margin stays with the rest. An order without
-- a return by then, or without a day on which something was bought, changes nothing,
-- and stands here with a change of 0: another look may change its days.
--
-- grain: one row per (look_day, customer_id, order_day) that holds a returned order
-- reads: returned_orders, looks, personal_looks
with

customer_looks as (
    select
        returned_orders.customer_id,
        looks.look_day
    from returned_orders
    cross join looks
    union
    select
        customer_id,
        look_day
    from personal_looks
),

balances as (
    select
        customer_looks.look_day,
        returned_orders.customer_id,
        returned_orders.order_id,
        returned_orders.order_day,
        returned_orders.order_rows,
        returned_orders.net_minor,
        returned_orders.margin_minor,
        cast(sum(returned_orders.net_minor) over (
            partition by customer_looks.look_day, returned_orders.customer_id, returned_orders.order_id
            order by returned_orders.order_day
            rows between unbounded preceding and current row
        ) as bigint) as balance_minor,
        max(case when returned_orders.net_minor < 0 then returned_orders.order_day end) over (
            partition by customer_looks.look_day, returned_orders.customer_id, returned_orders.order_id
        ) as last_return_day,
        max(returned_orders.net_minor) over (
            partition by customer_looks.look_day, returned_orders.customer_id, returned_orders.order_id
        ) > 0 as is_bought
    from returned_orders
    inner join customer_looks
        on returned_orders.customer_id = customer_looks.customer_id
        and returned_orders.order_day <= customer_looks.look_day
),

leasts as (
    select
        balances.*,
        min(balance_minor) over (
            partition by look_day, customer_id, order_id
            order by order_day
            rows between current row and unbounded following
        ) as least_minor,
        cast(sum(net_minor) over (partition by look_day, customer_id, order_id) as bigint) as order_minor
    from balances
),

worths as (
    select
        leasts.*,
        is_bought and last_return_day is not null as is_netted,
        greatest(least_minor, cast(0 as bigint)) - greatest(least(least_minor, balance_minor - net_minor), cast(0 as bigint))
            as worth_minor
    from leasts
),

losses as (
    select
        worths.*,
        case when net_minor > 0 then net_minor - worth_minor else 0 end as lost_minor,
        cast(sum(case when net_minor > 0 then net_minor - worth_minor else 0 end) over (
            partition by look_day, customer_id, order_id
            order by order_day
            rows between unbounded preceding and current row
        ) as bigint) as running_lost_minor,
        cast(sum(case when net_minor > 0 then net_minor - worth_minor else 0 end) over (
            partition by look_day, customer_id, order_id
        ) as bigint) as order_lost_minor,
        cast(sum(case when net_minor > 0 then 0 else margin_minor end) over (
            partition by look_day, customer_id, order_id
        ) as bigint) as return_margin_minor
    from worths
),

-- shares of the running loss are rounded, so that those of the days add up
margins as (
    select
        losses.*,
        case
            when worth_minor > 0 then margin_minor
                + fixed_point(
                    cast(return_margin_minor as double) * cast(running_lost_minor as double)
                        / nullif(cast(order_lost_minor as double), 0e0),
                    1
                )
                - fixed_point(
                    cast(return_margin_minor as double) * cast(running_lost_minor - lost_minor as double)
                        / nullif(cast(order_lost_minor as double), 0e0),
                    1
                )
            else 0
        end as worth_margin_minor
    from losses
),

left_over as (
    select
        margins.*,
        cast(sum(margin_minor - worth_margin_minor) over (partition by look_day, customer_id, order_id) as bigint)
            as left_margin_minor
    from margins
),

changes as (
    select
        look_day,
        customer_id,
        order_day,
        order_rows,
        case
            when not is_netted then 0
            when order_day = last_return_day then worth_minor + least(order_minor, cast(0 as bigint)) - net_minor
            else worth_minor - net_minor
        end as purchase_change_minor,
        case
            when not is_netted then 0
            when order_day = last_return_day then worth_margin_minor + left_margin_minor - margin_minor
            else worth_margin_minor - margin_minor
        end as margin_change_minor
    from left_over
),

final as (
    select
        look_day,
        customer_id,
        order_day,
        cast(sum(purchase_change_minor) as bigint) as purchase_change_minor,
        cast(sum(margin_change_minor) as bigint) as margin_change_minor,
        cast(sum(case when purchase_change_minor <> 0 then order_rows else 0 end) as bigint) as changed_rows
    from changes
    group by look_day, customer_id, order_day
)

select * from final
