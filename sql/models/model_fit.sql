-- model_fit: how many customers have made each number of repeat purchases, beside how
-- many the model expects of customers as old.
--
-- grain: one row per repeat_purchases
-- reads: repeat_distribution, params
with

totals as (
    select cast(sum(customers) as bigint) as customers
    from repeat_distribution
),

final as (
    select
        params.as_of,
        repeat_distribution.repeat_purchases,
        repeat_distribution.is_and_more,
        repeat_distribution.customers,
        cast(repeat_distribution.customers as double) / nullif(totals.customers, 0) as share_of_customers,
        repeat_distribution.expected_customers,
        repeat_distribution.expected_customers / nullif(totals.customers, 0) as expected_share_of_customers
    from repeat_distribution
    cross join totals
    cross join params
)

select * from final
