-- gone_customers: how many customers of the earlier run no row of the files names any
-- more, whatever became of the row, beside all of that run: those who were last seen
-- before the days that are compared, and the others.
--
-- grain: one row per is_before
-- reads: earlier_customers, orders, compared_span
with

gone as (
    select earlier_customers.*
    from earlier_customers
    where not exists (
        select orders.customer_id
        from orders
        where orders.customer_id = earlier_customers.customer_id
    )
),

gone_sums as (
    select
        gone.last_purchase_date < compared_span.compared_from as is_before,
        count(*) as customers,
        cast(sum(gone.purchases) as bigint) as purchases,
        cast(sum(gone.revenue_minor) as bigint) as revenue_minor
    from gone
    cross join compared_span
    group by gone.last_purchase_date < compared_span.compared_from
),

all_sums as (
    select
        earlier_customers.last_purchase_date < compared_span.compared_from as is_before,
        count(*) as earlier_customers
    from earlier_customers
    cross join compared_span
    group by earlier_customers.last_purchase_date < compared_span.compared_from
),

final as (
    select
        all_sums.is_before,
        all_sums.earlier_customers,
        coalesce(gone_sums.customers, 0) as customers,
        coalesce(gone_sums.purchases, 0) as purchases,
        coalesce(gone_sums.revenue_minor, 0) as revenue_minor
    from all_sums
    left join gone_sums
        on all_sums.is_before = gone_sums.is_before
)

select * from final
