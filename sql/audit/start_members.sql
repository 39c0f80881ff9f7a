-- start_members: which customers started by each value. Who started by several small
-- ones is once among the others.
--
-- grain: one row per (value_number, customer_id)
-- reads: start_contents, start_labels, start_attributes
with

labelled as (
    select
        start_contents.attribute_number,
        start_labels.value_number,
        start_contents.customer_id
    from start_contents
    inner join start_labels
        on start_contents.attribute_number = start_labels.attribute_number
        and start_contents.content = start_labels.content
),

final as (
    select
        labelled.attribute_number,
        labelled.value_number,
        labelled.customer_id
    from labelled
    inner join start_attributes
        on labelled.attribute_number = start_attributes.attribute_number
    where not start_attributes.is_many
    union all
    select
        labelled.attribute_number,
        labelled.value_number,
        labelled.customer_id
    from labelled
    inner join start_attributes
        on labelled.attribute_number = start_attributes.attribute_number
    where start_attributes.is_many
    group by labelled.attribute_number, labelled.value_number, labelled.customer_id
)

select * from final
