-- order_worths: what is left of each day of the returned orders, as known on each look:
-- rows after the day of the look do not exist for it, nor do versions that were not
-- known by then. Where a return is netted within its customer-day, a version is worth
-- what moved.
--
-- A return takes from the latest day of its order that has something left, and a
-- debt is paid back by the order's later rows. So what is left of the first days
-- together is the least balance of the order from there on, and of one day the
-- difference to the days before it; a balance of half a minor unit a row is nothing.
-- Later rows make no day worth more. The margin of the days without a sale is shared
-- out among the days that lost something, by how much; a day left with nothing brings
-- no margin of a purchase. What remains of money and margin was returned of no
-- purchase, and stands on the order's last day of a return as what is left over. An
-- order of one day stands here where it came to nothing.
--
-- grain: one row per (look_day, customer_id, order_id, order_day)
-- reads: returned_orders, looks, personal_looks, params
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
        returned_orders.return_rows,
        returned_orders.net_minor,
        returned_orders.margin_minor,
        params.nets_by_order,
        cast(sum(returned_orders.net_minor) over (
            partition by customer_looks.look_day, returned_orders.customer_id, returned_orders.order_id
            order by returned_orders.order_day
            rows between unbounded preceding and current row
        ) as bigint) as balance_minor,
        cast(sum(returned_orders.order_rows) over (
            partition by customer_looks.look_day, returned_orders.customer_id, returned_orders.order_id
            order by returned_orders.order_day
            rows between unbounded preceding and current row
        ) as bigint) as balance_rows,
        max(case when returned_orders.return_rows > 0 then returned_orders.order_day end) over (
            partition by customer_looks.look_day, returned_orders.customer_id, returned_orders.order_id
        ) as last_return_day
    from returned_orders
    inner join customer_looks
        on returned_orders.customer_id = customer_looks.customer_id
        and returned_orders.order_day <= customer_looks.look_day
        and (returned_orders.known_from is null or returned_orders.known_from <= customer_looks.look_day)
        and (returned_orders.known_until is null or returned_orders.known_until > customer_looks.look_day)
    cross join params
    where returned_orders.is_spread
),

worths as (
    select
        balances.*,
        case
            when not nets_by_order then net_minor
            else greatest(
                cast(0 as bigint),
                min(case
                    when return_rows > 0 and 2 * balance_minor <= balance_rows then least(cast(0 as bigint), balance_minor)
                    else balance_minor
                end) over (
                    partition by look_day, customer_id, order_id
                    order by order_day
                    rows between current row and unbounded following
                ) - greatest(cast(0 as bigint), balance_minor - net_minor)
            )
        end as worth_minor
    from balances
),

losses as (
    select
        worths.*,
        -- a day without a sale is worth nothing, and loses nothing
        greatest(cast(0 as bigint), net_minor) - worth_minor as lost_minor
    from worths
),

shares as (
    select
        losses.*,
        cast(sum(lost_minor) over (
            partition by look_day, customer_id, order_id
            order by order_day
            rows between unbounded preceding and current row
        ) as bigint) as running_lost_minor,
        cast(sum(lost_minor) over (
            partition by look_day, customer_id, order_id
        ) as bigint) as order_lost_minor,
        cast(sum(case when net_minor > 0 then 0 else margin_minor end) over (
            partition by look_day, customer_id, order_id
        ) as bigint) as return_margin_minor
    from losses
),

-- shares of the running loss are rounded, so that those of the days add up
margins as (
    select
        shares.*,
        case
            when last_return_day is null then margin_minor
            when worth_minor = 0 then 0
            when lost_minor = 0 then margin_minor
            else margin_minor
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
        end as worth_margin_minor
    from shares
),

left_over as (
    select
        margins.*,
        cast(sum(net_minor - worth_minor) over (
            partition by look_day, customer_id, order_id
        ) as bigint) as left_minor,
        cast(sum(margin_minor - worth_margin_minor) over (
            partition by look_day, customer_id, order_id
        ) as bigint) as left_margin_minor
    from margins
),

one_day as (
    select
        customer_looks.look_day,
        returned_orders.customer_id,
        returned_orders.order_id,
        returned_orders.order_day,
        returned_orders.order_rows,
        returned_orders.return_rows,
        returned_orders.net_minor,
        returned_orders.margin_minor
    from returned_orders
    inner join customer_looks
        on returned_orders.customer_id = customer_looks.customer_id
        and returned_orders.order_day <= customer_looks.look_day
    where not returned_orders.is_spread
),

final as (
    select
        look_day,
        customer_id,
        order_id,
        order_day,
        true as is_spread,
        order_rows,
        return_rows,
        last_return_day is not null as is_returned,
        net_minor,
        margin_minor,
        worth_minor,
        worth_margin_minor,
        case when order_day = last_return_day then left_minor else 0 end as left_minor,
        case when order_day = last_return_day then left_margin_minor else 0 end as left_margin_minor
    from left_over
    union all
    select
        look_day,
        customer_id,
        order_id,
        order_day,
        false as is_spread,
        order_rows,
        return_rows,
        true as is_returned,
        net_minor,
        margin_minor,
        0 as worth_minor,
        0 as worth_margin_minor,
        net_minor as left_minor,
        margin_minor as left_margin_minor
    from one_day
)

select * from final
