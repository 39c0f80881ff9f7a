-- last_attributes: where attributes are configured, their values on the latest
-- purchase of each customer: of the latest row of that day of 0 or more that has one,
-- ties by order_id, then value. An order of which nothing is left has none.
--
-- grain: one row per customer_id
-- reads: orders, orders_input, order_days, customer_totals, undone_orders, params
with

-- joined rather than compared, so that nothing is read where there are no attributes
attributed_days as (
    select order_days.order_day
    from order_days
    cross join params
    where params.has_attributes
),

last_days as (
    select
        customer_totals.customer_id,
        customer_totals.last_purchase_date
    from customer_totals
    inner join attributed_days
        on customer_totals.last_purchase_date = attributed_days.order_day
),

last_rows as (
    select
        orders.customer_id,
        orders.ordered_at,
        orders.order_id,
        orders.file_number,
        orders.file_row
    from orders
    inner join last_days
        on orders.customer_id = last_days.customer_id
        and orders.order_day = last_days.last_purchase_date
    cross join params
    left join undone_orders
        on params.as_of = undone_orders.look_day
        and orders.customer_id = undone_orders.customer_id
        and orders.order_id = undone_orders.order_id
        and orders.order_day = undone_orders.order_day
    where orders.reason = 'used'
        and orders.amount_minor >= 0
        and undone_orders.customer_id is null
),

keys as (
    select
        last_rows.customer_id,
        max(case when not is_blank(orders_input.attribute_1) then content_key(last_rows.ordered_at, last_rows.order_id, orders_input.attribute_1) end)
            as attribute_1,
        max(case when not is_blank(orders_input.attribute_2) then content_key(last_rows.ordered_at, last_rows.order_id, orders_input.attribute_2) end)
            as attribute_2,
        max(case when not is_blank(orders_input.attribute_3) then content_key(last_rows.ordered_at, last_rows.order_id, orders_input.attribute_3) end)
            as attribute_3,
        max(case when not is_blank(orders_input.attribute_4) then content_key(last_rows.ordered_at, last_rows.order_id, orders_input.attribute_4) end)
            as attribute_4,
        max(case when not is_blank(orders_input.attribute_5) then content_key(last_rows.ordered_at, last_rows.order_id, orders_input.attribute_5) end)
            as attribute_5,
        max(case when not is_blank(orders_input.attribute_6) then content_key(last_rows.ordered_at, last_rows.order_id, orders_input.attribute_6) end)
            as attribute_6,
        max(case when not is_blank(orders_input.attribute_7) then content_key(last_rows.ordered_at, last_rows.order_id, orders_input.attribute_7) end)
            as attribute_7,
        max(case when not is_blank(orders_input.attribute_8) then content_key(last_rows.ordered_at, last_rows.order_id, orders_input.attribute_8) end)
            as attribute_8
    from last_rows
    inner join orders_input
        on last_rows.file_number = orders_input.file_number
        and last_rows.file_row = orders_input.file_row
    group by last_rows.customer_id
),

final as (
    select
        customer_id,
        attribute_1.content as attribute_1,
        attribute_2.content as attribute_2,
        attribute_3.content as attribute_3,
        attribute_4.content as attribute_4,
        attribute_5.content as attribute_5,
        attribute_6.content as attribute_6,
        attribute_7.content as attribute_7,
        attribute_8.content as attribute_8
    from keys
)

select * from final
