-- attribute_rows: where attributes are configured, the rows that say them: those of 0 or
-- more of each customer's latest purchase day, where an attribute is of it, and of their
-- first, where one is of that. An order of which nothing is left has none. The texts
-- stand in the files alone, which are read once more, for these rows.
--
-- grain: one row per (is_first, file_number, file_row)
-- reads: orders, orders_input, order_days, customer_totals, undone_orders, params
with

-- each joined with its days by itself, so that nothing is read of what is not configured
last_days as (
    select
        customer_totals.customer_id,
        customer_totals.last_purchase_date
    from customer_totals
    inner join order_days
        on customer_totals.last_purchase_date = order_days.order_day
    cross join params
    where params.has_last_attributes
),

first_days as (
    select
        customer_totals.customer_id,
        customer_totals.first_purchase_date
    from customer_totals
    inner join order_days
        on customer_totals.first_purchase_date = order_days.order_day
    cross join params
    where params.has_first_attributes
),

day_rows as (
    select
        false as is_first,
        orders.customer_id,
        orders.ordered_at,
        orders.order_id,
        orders.order_day,
        orders.amount_minor,
        orders.reason,
        orders.file_number,
        orders.file_row
    from orders
    inner join last_days
        on orders.customer_id = last_days.customer_id
        and orders.order_day = last_days.last_purchase_date
    union all
    select
        true as is_first,
        orders.customer_id,
        orders.ordered_at,
        orders.order_id,
        orders.order_day,
        orders.amount_minor,
        orders.reason,
        orders.file_number,
        orders.file_row
    from orders
    inner join first_days
        on orders.customer_id = first_days.customer_id
        and orders.order_day = first_days.first_purchase_date
),

purchase_rows as (
    select
        day_rows.is_first,
        day_rows.customer_id,
        day_rows.ordered_at,
        day_rows.order_id,
        day_rows.file_number,
        day_rows.file_row
    from day_rows
    cross join params
    left join undone_orders
        on params.as_of = undone_orders.look_day
        and day_rows.customer_id = undone_orders.customer_id
        and day_rows.order_id = undone_orders.order_id
        and day_rows.order_day = undone_orders.order_day
    where day_rows.reason = 'used'
        and day_rows.amount_minor >= 0
        and undone_orders.customer_id is null
),

final as (
    select
        purchase_rows.is_first,
        purchase_rows.customer_id,
        purchase_rows.ordered_at,
        purchase_rows.order_id,
        purchase_rows.file_number,
        purchase_rows.file_row,
        orders_input.attribute_1,
        orders_input.attribute_2,
        orders_input.attribute_3,
        orders_input.attribute_4,
        orders_input.attribute_5,
        orders_input.attribute_6,
        orders_input.attribute_7,
        orders_input.attribute_8
    from purchase_rows
    inner join orders_input
        on purchase_rows.file_number = orders_input.file_number
        and purchase_rows.file_row = orders_input.file_row
    where orders_input.has_attributes
)

select * from final
