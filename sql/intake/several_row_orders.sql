-- several_row_orders: the order ids that several used rows carry, and the largest amount
-- of each. What a return changes, and what may be wrong with an order's rows, is looked
-- for in these alone, which are few in most shops.
--
-- They are first looked for by a number of the id. Sorted, equal numbers stand next to each
-- other, and to sort them takes half the time that counting each of them does; the few whose
-- number is that of another id by chance go again.
--
-- grain: one row per order_id
-- reads: orders
with

numbers as (
    select text_hash(order_id) as id_number
    from orders
    where reason = 'used' and order_id <> ''
),

neighbours as (
    select
        id_number,
        lag(id_number) over (order by id_number) as number_before
    from numbers
),

repeated as (
    select id_number
    from neighbours
    where id_number = number_before
    group by id_number
),

final as (
    select
        orders.order_id,
        count(*) as order_rows,
        max(orders.amount_minor) as most_minor
    from orders
    inner join repeated
        on text_hash(orders.order_id) = repeated.id_number
    where orders.reason = 'used' and orders.order_id <> ''
    group by orders.order_id
    having count(*) > 1
)

select * from final
