-- profile_customers: what each customer brought, and the id as it is without
-- case, blanks and width, by which one person under two ids is found.
--
-- grain: one row per customer_id
-- reads: customer_days
with

totals as (
    select
        customer_id,
        min(first_purchase_date) as first_purchase_date,
        cast(sum(case when is_purchase then 1 else 0 end) as bigint) as purchase_days,
        cast(sum(net_minor) as bigint) as net_minor
    from customer_days
    group by customer_id
),

final as (
    select
        customer_id,
        id_key(customer_id) as id_key,
        first_purchase_date,
        purchase_days,
        net_minor
    from totals
)

select * from final
