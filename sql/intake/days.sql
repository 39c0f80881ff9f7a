-- days: what each file holds of each day up to as_of, for the next run to compare
-- with. A customer counts in the first file of their day, so that customers add up:
-- where but one file has a day, in that one, and only of other days the rows are read.
--
-- grain: one row per (day, file)
-- reads: file_days, customer_days, orders, order_files, params
with

day_customers as (
    select
        order_day,
        count(*) as customers
    from customer_days
    group by order_day
),

shared_days as (
    select order_day
    from file_days
    where order_rows > 0
    group by order_day
    having count(*) > 1
),

first_files as (
    select
        orders.customer_id,
        orders.order_day,
        min(orders.file_number) as file_number
    from orders
    inner join shared_days
        on orders.order_day = shared_days.order_day
    where orders.reason = 'used'
    group by orders.customer_id, orders.order_day
),

file_customers as (
    select
        order_day,
        file_number,
        count(*) as customers
    from first_files
    group by order_day, file_number
),

final as (
    select
        params.as_of,
        file_days.order_day as day,
        order_files.file,
        file_days.held_rows as rows,
        money(file_days.held_minor, params.minor_per_unit) as amount,
        file_days.order_rows as used_rows,
        money(file_days.used_minor, params.minor_per_unit) as used_amount,
        case
            when file_days.order_rows = 0 then 0
            when shared_days.order_day is null then day_customers.customers
            else coalesce(file_customers.customers, 0)
        end as customers,
        file_days.superseded_rows
    from file_days
    cross join params
    inner join order_files
        on file_days.file_number = order_files.file_number
    left join day_customers
        on file_days.order_day = day_customers.order_day
    left join shared_days
        on file_days.order_day = shared_days.order_day
    left join file_customers
        on file_days.order_day = file_customers.order_day
        and file_days.file_number = file_customers.file_number
)

select * from final
