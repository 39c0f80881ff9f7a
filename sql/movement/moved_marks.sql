-- moved_marks: how many customers of the earlier run there are, and of how many the mark
-- moved by something other than the time that passed and what they did.
--
-- grain: one row
-- reads: before, moved_customers
with

customers as (
    select count(*) as customers
    from before
),

moved as (
    select distinct customer_id
    from moved_customers
    where measure = 'mark'
        and cause not in ('time_passed', 'purchases_and_returns', 'new')
),

moved_count as (
    select count(*) as moved
    from moved
),

final as (
    select
        customers.customers,
        moved_count.moved
    from customers
    cross join moved_count
)

select * from final
