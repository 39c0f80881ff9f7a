-- several_row_orders: the order ids that several used rows carry, and the largest amount
-- of each. What a return changes, and what may be wrong with an order's rows, is looked
-- for in these alone, which are few in most shops.
--
-- They are first looked for by a number of the id, which is counted several times faster
-- than texts are; the few whose number is that of another id by chance go again.
--
-- grain: one row per order_id
-- reads: orders
with

numbers as (
    select text_hash(order_id) as id_number
    from orders
    where reason = 'used' and order_id <> ''
    group by text_hash(order_id)
    having count(*) > 1
),

final as (
    select
        orders.order_id,
        count(*) as order_rows,
        max(orders.amount_minor) as most_minor
    from orders
    inner join numbers
        on text_hash(orders.order_id) = numbers.id_number
    where orders.reason = 'used' and orders.order_id <> ''
    group by orders.order_id
    having count(*) > 1
)

select * from final
