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
        coalesce(
            case
                when start_used.attribute_number = 0 then nullif(summary.first_channel, '')
                else first_contents.content
            end,
            params.unknown_value
        ) as content
    from summary
    cross join start_used
    cross join params
    left join first_contents
        on summary.customer_id = first_contents.customer_id
        and start_used.attribute_number = first_contents.attribute_number
    where summary.is_fitted
        and not summary.is_old
),

rare as (
    select
        contents.attribute_number,
        contents.content
    from contents
    cross join params
    where contents.content <> params.unknown_value
    group by contents.attribute_number, contents.content, params.min_value_customers
    having count(*) < params.min_value_customers
),

labels as (
    select
        contents.customer_id,
        contents.attribute_number,
        case when rare.content is null then contents.content else params.others_value end as label
    from contents
    cross join params
    left join rare
        on contents.attribute_number = rare.attribute_number
        and contents.content = rare.content
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
