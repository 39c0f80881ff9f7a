-- first_items: the values that stand on each customer's first purchase, of the attributes
-- of which all count.
--
-- grain: one row per (attribute_number, customer_id, content)
-- reads: attribute_rows, start_attributes
with

contents as (
    select
        start_attributes.attribute_number,
        attribute_rows.customer_id,
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
    inner join start_attributes
        on attribute_rows.is_first = start_attributes.is_many -- true, by the next line
    where start_attributes.is_many
),

final as (
    select
        attribute_number,
        customer_id,
        content
    from contents
    where not is_blank(content)
    group by attribute_number, customer_id, content
)

select * from final
