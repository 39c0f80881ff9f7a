-- later_amounts: the orders that have rows on several days and no negative one, and
-- those of them whose later rows bring no more than the first day did: refunds that are
-- written as positive amounts look like that.
--
-- grain: one row
-- reads: order_parts
with

orders_of_days as (
    select
        customer_id,
        order_id,
        min(order_day) as first_day,
        cast(sum(net_minor) as bigint) as net_minor
    from order_parts
    group by customer_id, order_id
    having count(*) > 1 and sum(negative_rows) = 0
),

firsts as (
    select
        orders_of_days.net_minor - order_parts.net_minor as later_minor,
        order_parts.net_minor as first_minor
    from orders_of_days
    inner join order_parts
        on orders_of_days.customer_id = order_parts.customer_id
        and orders_of_days.order_id = order_parts.order_id
        and orders_of_days.first_day = order_parts.order_day
),

final as (
    select
        count(*) as orders,
        coalesce(cast(sum(case when later_minor <= first_minor then 1 else 0 end) as bigint), 0) as refund_orders,
        coalesce(cast(sum(case when later_minor <= first_minor then later_minor else 0 end) as bigint), 0) as refund_minor
    from firsts
)

select * from final
