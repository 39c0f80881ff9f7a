-- start_members: which customers started by each value, and what they have bought again.
-- Who started by several small ones is once among the others. Without a cell are those of
-- a value that is not compared.
--
-- grain: one row per (value_number, customer_id)
-- reads: start_contents, start_labels, start_attributes, params
with

labelled as (
    select
        start_contents.attribute_number,
        start_labels.value_number,
        start_contents.customer_id,
        case when start_labels.is_compared then start_contents.cell_number end as cell_number,
        start_contents.customer_age_days,
        start_contents.days_to_second_purchase,
        start_contents.repeat_purchases,
        start_contents.repeat_minor,
        start_attributes.is_many and start_labels.label = params.others_value as may_repeat
    from start_contents
    inner join start_labels
        on start_contents.attribute_number = start_labels.attribute_number
        and start_contents.content = start_labels.content
    inner join start_attributes
        on start_contents.attribute_number = start_attributes.attribute_number
    cross join params
),

final as (
    select
        attribute_number,
        value_number,
        customer_id,
        cell_number,
        customer_age_days,
        days_to_second_purchase,
        repeat_purchases,
        repeat_minor
    from labelled
    where not may_repeat
    union all
    select
        attribute_number,
        value_number,
        customer_id,
        cell_number,
        customer_age_days,
        days_to_second_purchase,
        repeat_purchases,
        repeat_minor
    from labelled
    where may_repeat
    group by
        attribute_number,
        value_number,
        customer_id,
        cell_number,
        customer_age_days,
        days_to_second_purchase,
        repeat_purchases,
        repeat_minor
)

select * from final
