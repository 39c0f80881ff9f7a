-- merged_customers: how many ids of the order files were merged into others, and
-- how many rows they have.
--
-- grain: one row
-- reads: orders_input, identities
with

merged as (
    select
        orders_input.customer_id,
        count(*) as order_rows
    from orders_input
    inner join identities
        on orders_input.customer_id = identities.from_id
    group by orders_input.customer_id
),

final as (
    select
        count(*) as customers,
        coalesce(cast(sum(order_rows) as bigint), 0) as order_rows
    from merged
)

select * from final
