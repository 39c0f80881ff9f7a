-- start_members: which customers started by each value, and what they have bought again.
-- Who started by several small ones is once among the others. Without a cell are those of
-- a value that is not compared.
--
-- grain: one row per (value_number, customer_id)
-- reads: start_contents, start_labels, start_attributes, params
with

labels as (
    select
        start_labels.attribute_number,
        start_labels.content,
        start_labels.value_number,
        start_labels.is_compared,
        start_attributes.is_many and start_labels.label = params.others_value as may_repeat
    from start_labels
    inner join start_attributes
        on start_labels.attribute_number = start_attributes.attribute_number
    cross join params
),

-- only of values that may repeat are those of a customer put together
final as (
    select
        start_contents.attribute_number,
        labels.value_number,
        start_contents.customer_id,
        case when labels.is_compared then start_contents.cell_number end as cell_number,
        start_contents.customer_age_days,
        start_contents.days_to_second_purchase,
        start_contents.repeat_purchases,
        start_contents.repeat_minor
    from start_contents
    inner join labels
        on start_contents.attribute_number = labels.attribute_number
        and start_contents.content = labels.content
    where not labels.may_repeat
    union all
    select
        start_contents.attribute_number,
        labels.value_number,
        start_contents.customer_id,
        case when labels.is_compared then start_contents.cell_number end as cell_number,
        start_contents.customer_age_days,
        start_contents.days_to_second_purchase,
        start_contents.repeat_purchases,
        start_contents.repeat_minor
    from start_contents
    inner join labels
        on start_contents.attribute_number = labels.attribute_number
        and start_contents.content = labels.content
    where labels.may_repeat
    group by
        start_contents.attribute_number,
        labels.value_number,
        start_contents.customer_id,
        case when labels.is_compared then start_contents.cell_number end,
        start_contents.customer_age_days,
        start_contents.days_to_second_purchase,
        start_contents.repeat_purchases,
        start_contents.repeat_minor
)

select * from final
