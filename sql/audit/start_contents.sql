-- start_contents: by what each customer's first order can be told from others: the
-- channel and the attributes, all values of those of which several count. What is missing
-- is unknown. With the cell in which the customer is compared by it, and what they have
-- bought again, so that customers are looked up once.
--
-- grain: one row per (attribute_number, customer_id, content)
-- reads: start_places, start_attributes, first_contents, params
select
    start_attributes.attribute_number,
    start_places.customer_id,
    start_content(start_attributes.attribute_number, start_places.first_channel, first_contents.content, params.unknown_value)
        as content,
    case
        when start_attributes.attribute_number = 0 then start_places.month_cell_number
        else start_places.channel_cell_number
    end as cell_number,
    start_places.customer_age_days,
    start_places.days_to_second_purchase,
    start_places.repeat_purchases,
    start_places.repeat_minor
from start_places
cross join start_attributes
cross join params
left join first_contents
    on start_places.customer_id = first_contents.customer_id
    and start_attributes.attribute_number = first_contents.attribute_number
