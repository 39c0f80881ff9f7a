-- past_contents: by what the first purchases of the customers of the past days can be told
-- from others: the channel as known on the day, and the attributes. What is missing is
-- unknown, and others is what fewer than min_value_customers customers of that day have, as
-- many as the sample stands for. Nothing stands of old customers, whose first purchase is
-- not in the files, and of those whose first purchase on the day may have been another than
-- as of as_of: on another day, with an order of which returns have left nothing since, or
-- by another version of one. Empty where no attribute is of the first purchase.
--
-- grain: one row per (past_day, customer_id, attribute_number, content)
-- reads: past_members, past_sample, first_purchases, first_contents, start_attributes, undone_orders, version_rows, order_versions, newcomer_span, params
with

undone_since as (
    select
        past_sample.past_day,
        undone_orders.customer_id,
        undone_orders.order_id,
        undone_orders.order_day
    from undone_orders
    inner join params
        on undone_orders.look_day = params.as_of
    inner join past_sample
        on undone_orders.order_day <= past_sample.past_day
),

other_days as (
    select
        undone_since.past_day,
        undone_since.customer_id,
        undone_since.order_day
    from undone_since
    left join undone_orders
        on undone_since.past_day = undone_orders.look_day
        and undone_since.customer_id = undone_orders.customer_id
        and undone_since.order_id = undone_orders.order_id
        and undone_since.order_day = undone_orders.order_day
    where undone_orders.customer_id is null
    union
    select
        past_sample.past_day,
        version_rows.customer_id,
        version_rows.order_day
    from version_rows
    inner join past_sample
        on version_rows.known_until > past_sample.past_day
    union
    select
        past_sample.past_day,
        order_versions.customer_id,
        order_versions.order_day
    from order_versions
    inner join past_sample
        on order_versions.known_from > past_sample.past_day
),

members as (
    select
        past_members.past_day,
        past_members.customer_id,
        past_members.first_channel
    from past_members
    inner join first_purchases
        on past_members.customer_id = first_purchases.customer_id
        and past_members.first_purchase_date = first_purchases.first_purchase_date
    cross join newcomer_span
    cross join params
    left join other_days
        on past_members.past_day = other_days.past_day
        and past_members.customer_id = other_days.customer_id
        and past_members.first_purchase_date = other_days.order_day
    where params.has_first_attributes
        and past_members.first_purchase_date >= newcomer_span.new_from
        and other_days.customer_id is null
),

contents as (
    select
        members.past_day,
        members.customer_id,
        start_attributes.attribute_number,
        start_content(start_attributes.attribute_number, members.first_channel, first_contents.content, params.unknown_value) as content
    from members
    cross join start_attributes
    cross join params
    left join first_contents
        on members.customer_id = first_contents.customer_id
        and start_attributes.attribute_number = first_contents.attribute_number
),

sizes as (
    select
        past_day,
        attribute_number,
        content,
        count(*) as customers
    from contents
    group by past_day, attribute_number, content
),

labels as (
    select
        sizes.past_day,
        sizes.attribute_number,
        sizes.content,
        start_label(
            sizes.content,
            sizes.customers * params.id_buckets,
            params.min_value_customers * past_sample.buckets,
            params.unknown_value,
            params.others_value
        ) as label
    from sizes
    inner join past_sample
        on sizes.past_day = past_sample.past_day
    cross join params
),

-- several rare values of a customer are one
final as (
    select
        contents.past_day,
        contents.customer_id,
        contents.attribute_number,
        labels.label as content
    from contents
    inner join labels
        on contents.past_day = labels.past_day
        and contents.attribute_number = labels.attribute_number
        and contents.content = labels.content
    group by contents.past_day, contents.customer_id, contents.attribute_number, labels.label
)

select * from final
