-- first_contents: the attributes of each customer's first purchase: of the earliest row of
-- its day that has a value, ties by order_id, then value; or all values of the day, of the
-- attributes of which all count. Without a value there is no row.
--
-- grain: one row per (attribute_number, customer_id, content)
-- reads: attribute_rows, start_attributes
with

-- nearly everybody has one row of that day, which says all; only of the others is it asked
-- which row was first
several_rows as (
    select customer_id
    from attribute_rows
    where is_first
    group by customer_id
    having count(*) > 1
),

contents as (
    select
        start_attributes.attribute_number,
        start_attributes.is_many,
        several_rows.customer_id is null as is_alone,
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
    left join several_rows
        on attribute_rows.customer_id = several_rows.customer_id
    where attribute_rows.is_first
),

several as (
    select
        attribute_number,
        customer_id,
        ordered_at,
        order_id,
        content
    from contents
    where not is_alone and not is_many and not is_blank(content)
),

first_times as (
    select
        attribute_number,
        customer_id,
        min(ordered_at) as ordered_at
    from several
    group by attribute_number, customer_id
),

first_orders_of_day as (
    select
        several.attribute_number,
        several.customer_id,
        several.ordered_at,
        min(several.order_id) as order_id
    from several
    inner join first_times
        on several.attribute_number = first_times.attribute_number
        and several.customer_id = first_times.customer_id
        and several.ordered_at = first_times.ordered_at
    group by several.attribute_number, several.customer_id, several.ordered_at
),

first_of_several as (
    select
        several.attribute_number,
        several.customer_id,
        min(several.content) as content
    from several
    inner join first_orders_of_day
        on several.attribute_number = first_orders_of_day.attribute_number
        and several.customer_id = first_orders_of_day.customer_id
        and several.ordered_at = first_orders_of_day.ordered_at
        and several.order_id = first_orders_of_day.order_id
    group by several.attribute_number, several.customer_id
),

final as (
    select
        attribute_number,
        customer_id,
        content
    from contents
    where is_alone and not is_blank(content)
    union all
    select
        attribute_number,
        customer_id,
        content
    from first_of_several
    union all
    select
        attribute_number,
        customer_id,
        content
    from contents
    where not is_alone and is_many and not is_blank(content)
    group by attribute_number, customer_id, content
)

select * from final
