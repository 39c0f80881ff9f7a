-- first_labels: by what the first purchases of all customers can be told from others as of
-- as_of, of the attributes that may have effects: the channel, and the attributes. What is
-- missing is unknown, and values of fewer than min_value_customers customers are one,
-- others. Empty where nothing has effects.
--
-- grain: one row per (customer_id, attribute_number, label)
-- reads: summary, start_used, first_contents, params
with

contents as (
    select
        summary.customer_id,
        start_used.attribute_number,
        start_content(start_used.attribute_number, summary.first_channel, first_contents.content, params.unknown_value) as content
    from summary
    cross join start_used
    cross join params
    left join first_contents
        on summary.customer_id = first_contents.customer_id
        and start_used.attribute_number = first_contents.attribute_number
    where summary.is_fitted
        and not summary.is_old
),

sizes as (
    select
        attribute_number,
        content,
        count(*) as customers
    from contents
    group by attribute_number, content
),

labels as (
    select
        contents.customer_id,
        contents.attribute_number,
        start_label(contents.content, sizes.customers, params.min_value_customers, params.unknown_value, params.others_value) as label
    from contents
    cross join params
    inner join sizes
        on contents.attribute_number = sizes.attribute_number
        and contents.content = sizes.content
),

-- several rare values of a customer are one
final as (
    select
        customer_id,
        attribute_number,
        label
    from labels
    group by customer_id, attribute_number, label
)

select * from final
