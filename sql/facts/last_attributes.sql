-- last_attributes: where attributes are configured, their values on the latest
-- purchase of each customer: of the latest row of that day of 0 or more that has one,
-- ties by order_id, then value.
--
-- grain: one row per customer_id
-- reads: orders, orders_input, order_files, customer_totals, params
with

-- joined rather than compared, so that orders without attributes are not read
attributed_files as (
    select order_files.file_number
    from order_files
    cross join params
    where params.has_attributes
),

last_rows as (
    select
        orders.customer_id,
        orders.ordered_at,
        orders.order_id,
        orders.file_number,
        orders.file_row
    from orders
    inner join attributed_files
        on orders.file_number = attributed_files.file_number
    inner join customer_totals
        on orders.customer_id = customer_totals.customer_id
        and orders.order_day = customer_totals.last_purchase_date
    where orders.reason = 'used'
        and orders.amount_minor >= 0
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
