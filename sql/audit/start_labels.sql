-- start_labels: the values of each attribute, numbered by attribute and value. Those of
-- fewer than min_value_customers are one value, others, which a value of that name joins.
-- One of fewer than min_compared_customers is not compared.
--
-- grain: one row per (attribute_number, content)
-- reads: start_contents, params
with

sizes as (
    select
        attribute_number,
        content,
        count(*) as customers
    from start_contents
    group by attribute_number, content
),

labels as (
    select
        sizes.attribute_number,
        sizes.content,
        sizes.customers,
        start_label(sizes.content, sizes.customers, params.min_value_customers, params.unknown_value, params.others_value) as label,
        params.min_compared_customers
    from sizes
    cross join params
),

final as (
    select
        attribute_number,
        content,
        label,
        cast(dense_rank() over (order by attribute_number, label) as bigint) as value_number,
        sum(customers) over (partition by attribute_number, label) >= min_compared_customers as is_compared
    from labels
)

select * from final
