-- first_attributes: the attributes of each customer's first purchase that are one value,
-- each in its column. Null are those of the latest, and those of which all values count.
--
-- grain: one row per customer_id with one of them
-- reads: first_contents, start_attributes
select
    first_contents.customer_id,
    max(case when first_contents.attribute_number = 1 then first_contents.content end) as attribute_1,
    max(case when first_contents.attribute_number = 2 then first_contents.content end) as attribute_2,
    max(case when first_contents.attribute_number = 3 then first_contents.content end) as attribute_3,
    max(case when first_contents.attribute_number = 4 then first_contents.content end) as attribute_4,
    max(case when first_contents.attribute_number = 5 then first_contents.content end) as attribute_5,
    max(case when first_contents.attribute_number = 6 then first_contents.content end) as attribute_6,
    max(case when first_contents.attribute_number = 7 then first_contents.content end) as attribute_7,
    max(case when first_contents.attribute_number = 8 then first_contents.content end) as attribute_8
from first_contents
inner join start_attributes
    on first_contents.attribute_number = start_attributes.attribute_number
where not start_attributes.is_many
group by first_contents.customer_id
