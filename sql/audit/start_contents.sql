-- start_contents: by what each customer's first order can be told from others: the
-- channel and the attributes, all values of those of which several count. What is missing
-- is unknown.
--
-- grain: one row per (attribute_number, customer_id, content)
-- reads: start_customers, start_attributes, first_contents, params
select
    start_attributes.attribute_number,
    start_customers.customer_id,
    coalesce(
        case
            when start_attributes.attribute_number = 0 then nullif(start_customers.first_channel, '')
            else first_contents.content
        end,
        params.unknown_value
    ) as content
from start_customers
cross join start_attributes
cross join params
left join first_contents
    on start_customers.customer_id = first_contents.customer_id
    and start_attributes.attribute_number = first_contents.attribute_number
