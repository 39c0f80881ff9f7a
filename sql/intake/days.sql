-- days: what each file holds of each day up to as_of, for the next run to compare
-- with. A customer counts in the first file of their day, so that customers add up.
--
-- grain: one row per (day, file)
-- reads: file_days, customer_days, order_files, params
with

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
        file_days.order_day as day,
        order_files.file,
        file_days.held_rows as rows,
        money(file_days.held_minor, params.minor_per_unit) as amount,
        file_days.order_rows as used_rows,
        money(file_days.used_minor, params.minor_per_unit) as used_amount,
        coalesce(buyers.customers, 0) as customers
    from file_days
    cross join params
    inner join order_files
        on file_days.file_number = order_files.file_number
    left join buyers
        on file_days.order_day = buyers.order_day
        and file_days.file_number = buyers.first_file_number
)

select * from final
