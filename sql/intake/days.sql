-- days: what each file holds of each day up to as_of, for the next run to compare
-- with. Rows that are excluded or quarantined count all the same, so that an order
-- whose status changes is not lost; a superseded version does not, for its successor
-- stands in its place. A customer counts in the first file of their day, so that
-- customers add up.
--
-- grain: one row per (day, file)
-- reads: orders, customer_days, order_files, input_limits, params
with

held as (
    select
        orders.order_day,
        orders.file_number,
        count(*) as held_rows,
        cast(sum(orders.amount_minor) as bigint) as amount_minor,
        cast(sum(case when orders.reason = 'used' then 1 else 0 end) as bigint) as used_rows,
        cast(sum(case when orders.reason = 'used' then orders.amount_minor else 0 end) as bigint) as used_minor
    from orders
    cross join params
    cross join input_limits
    where orders.order_day <= params.as_of
        and orders.order_day >= cast(input_limits.readable_from as date)
        and orders.amount_minor is not null
        and orders.reason not in ('superseded', 'after_as_of')
    group by orders.order_day, orders.file_number
),

buyers as (
    select
        order_day,
        first_file_number,
        count(*) as customers
    from customer_days
    where reason = 'used'
    group by order_day, first_file_number
),

final as (
    select
        params.as_of,
        held.order_day as day,
        order_files.file,
        held.held_rows as rows,
        money(held.amount_minor, params.minor_per_unit) as amount,
        held.used_rows,
        money(held.used_minor, params.minor_per_unit) as used_amount,
        coalesce(buyers.customers, 0) as customers
    from held
    cross join params
    inner join order_files
        on held.file_number = order_files.file_number
    left join buyers
        on held.order_day = buyers.order_day
        and held.file_number = buyers.first_file_number
)

select * from final
