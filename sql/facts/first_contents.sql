-- first_contents: the attributes of each customer's first purchase: of the earliest row of
-- its day that has a value, ties by order_id, then value; or all values of the day, of the
-- attributes of which all count. Without a value there is no row.
--
-- grain: one row per (attribute_number, customer_id, content)
-- reads: attribute_rows, start_attributes
with

contents as (
    select
        start_attributes.attribute_number,
        start_attributes.is_many,
        attribute_rows.customer_id,
        attribute_rows.ordered_at,
        attribute_rows.order_id,
        case start_attributes.attribute_number
            when 1 then attribute_rows.attribute_1
            when 2 then attribute_rows.attribute_2
            when 3 then attribute_rows.attribute_3
            when 4 then attribute_rows.attribute_4
            when 5 then attribute_rows.attribute_5
            when 6 then attribute_rows.attribute_6
            when 7 then attribute_rows.attribute_7
            when 8 then attribute_rows.attribute_8
        end as content
    from attribute_rows
    cross join start_attributes
    where attribute_rows.is_first
),

single as (
    select
        attribute_number,
        customer_id,
        ordered_at,
        order_id,
        content
    from contents
    where not is_many and not is_blank(content)
),

-- nearly everybody has one value on that day; only of the others is it asked which row
-- was first
day_contents as (
    select
        attribute_number,
        customer_id,
        min(content) as content,
        max(content) as last_content
    from single
    group by attribute_number, customer_id
),

unclear as (
    select
        single.attribute_number,
        single.customer_id,
        single.ordered_at,
        single.order_id,
        single.content
    from single
    inner join day_contents
        on single.attribute_number = day_contents.attribute_number
        and single.customer_id = day_contents.customer_id
    where day_contents.content <> day_contents.last_content
),

first_times as (
    select
        attribute_number,
        customer_id,
        min(ordered_at) as ordered_at
    from unclear
    group by attribute_number, customer_id
),

first_orders_of_day as (
    select
        unclear.attribute_number,
        unclear.customer_id,
        unclear.ordered_at,
        min(unclear.order_id) as order_id
    from unclear
    inner join first_times
        on unclear.attribute_number = first_times.attribute_number
        and unclear.customer_id = first_times.customer_id
        and unclear.ordered_at = first_times.ordered_at
    group by unclear.attribute_number, unclear.customer_id, unclear.ordered_at
),

first_of_unclear as (
    select
        unclear.attribute_number,
        unclear.customer_id,
        min(unclear.content) as content
    from unclear
    inner join first_orders_of_day
        on unclear.attribute_number = first_orders_of_day.attribute_number
        and unclear.customer_id = first_orders_of_day.customer_id
        and unclear.ordered_at = first_orders_of_day.ordered_at
        and unclear.order_id = first_orders_of_day.order_id
    group by unclear.attribute_number, unclear.customer_id
),

final as (
    select
        day_contents.attribute_number,
        day_contents.customer_id,
        coalesce(first_of_unclear.content, day_contents.content) as content
    from day_contents
    left join first_of_unclear
        on day_contents.attribute_number = first_of_unclear.attribute_number
        and day_contents.customer_id = first_of_unclear.customer_id
    union all
    select
        attribute_number,
        customer_id,
        content
    from contents
    where is_many and not is_blank(content)
    group by attribute_number, customer_id, content
)

select * from final
