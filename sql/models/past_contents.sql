-- past_contents: by what the first purchases of the customers of the past days can be told
-- from others: the channel as known on the day, and the attributes. What is missing is
-- unknown. Nothing stands of old customers, whose first purchase is not in the files, and
-- of those whose first purchase on the day is another than as of as_of. Empty where no
-- attribute is of the first purchase.
--
-- grain: one row per (past_day, customer_id, attribute_number, content)
-- reads: past_members, first_purchases, first_contents, start_attributes, newcomer_span, params
select
    past_members.past_day,
    past_members.customer_id,
    start_attributes.attribute_number,
    coalesce(
        case
            when start_attributes.attribute_number = 0 then nullif(past_members.first_channel, '')
            else first_contents.content
        end,
        params.unknown_value
    ) as content
from past_members
inner join first_purchases
    on past_members.customer_id = first_purchases.customer_id
    and past_members.first_purchase_date = first_purchases.first_purchase_date
cross join start_attributes
cross join newcomer_span
cross join params
left join first_contents
    on past_members.customer_id = first_contents.customer_id
    and start_attributes.attribute_number = first_contents.attribute_number
where params.has_first_attributes
    and past_members.first_purchase_date >= newcomer_span.new_from
