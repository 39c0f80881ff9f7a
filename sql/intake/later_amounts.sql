-- later_amounts: the orders that have rows on two days, all of them positive, and those
-- of them whose later rows are no larger than the first, by row and in all: refunds that
-- are written as positive amounts look like that. Orders with rows on more days are
-- subscriptions and part deliveries.
--
-- grain: one row
-- reads: order_parts
with

orders_of_days as (
    select
        customer_id,
        order_id,
        count(*) as days,
        min(order_day) as first_day,
        cast(sum(net_minor) as bigint) as net_minor,
        max(most_minor) as most_minor
    from order_parts
    group by customer_id, order_id
    having count(*) > 1 and min(least_minor) > 0
),

firsts as (
    select
        orders_of_days.days,
        orders_of_days.net_minor - order_parts.net_minor as later_minor,
        orders_of_days.net_minor - order_parts.net_minor <= order_parts.net_minor
            and orders_of_days.most_minor = order_parts.most_minor as is_no_larger
    from orders_of_days
    inner join order_parts
        on orders_of_days.customer_id = order_parts.customer_id
        and orders_of_days.order_id = order_parts.order_id
        and orders_of_days.first_day = order_parts.order_day
),

final as (
    select
        coalesce(cast(sum(case when days = 2 then 1 else 0 end) as bigint), 0) as two_day_orders,
        coalesce(cast(sum(case when days > 2 then 1 else 0 end) as bigint), 0) as many_day_orders,
        coalesce(cast(sum(case when days = 2 and is_no_larger then 1 else 0 end) as bigint), 0) as refund_orders,
        coalesce(cast(sum(case when days = 2 and is_no_larger then later_minor else 0 end) as bigint), 0) as refund_minor
    from firsts
)

select * from final
