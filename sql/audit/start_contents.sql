-- start_contents: by what each customer's first order can be told from others: the
-- channel and the attributes, all values of those of which several count. What is missing
-- is unknown.
--
-- grain: one row per (attribute_number, customer_id, content)
-- reads: start_customers, start_attributes, first_attributes, first_items, params
with

single as (
    select
        start_attributes.attribute_number,
        start_customers.customer_id,
        case start_attributes.attribute_number
            when 0 then nullif(start_customers.first_channel, '')
            when 1 then first_attributes.attribute_1
            when 2 then first_attributes.attribute_2
            when 3 then first_attributes.attribute_3
            when 4 then first_attributes.attribute_4
            when 5 then first_attributes.attribute_5
            when 6 then first_attributes.attribute_6
            when 7 then first_attributes.attribute_7
            when 8 then first_attributes.attribute_8
        end as content
    from start_customers
    cross join start_attributes
    left join first_attributes
        on start_customers.customer_id = first_attributes.customer_id
    where not start_attributes.is_many
),

several as (
    select
        start_attributes.attribute_number,
        start_customers.customer_id,
        first_items.content
    from start_customers
    cross join start_attributes
    left join first_items
        on start_customers.customer_id = first_items.customer_id
        and start_attributes.attribute_number = first_items.attribute_number
    where start_attributes.is_many
),

final as (
    select
        single.attribute_number,
        single.customer_id,
        coalesce(single.content, params.unknown_value) as content
    from single
    cross join params
    union all
    select
        several.attribute_number,
        several.customer_id,
        coalesce(several.content, params.unknown_value) as content
    from several
    cross join params
)

select * from final
