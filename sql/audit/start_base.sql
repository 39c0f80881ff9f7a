-- start_base: all customers of a cell, each of them once, by their age: what those who
-- started by a value are compared with, once they are taken out.
--
-- grain: one row per (cell_number, customer_age_days)
-- reads: start_cells, start_customers
with

by_channel as (
    select
        cohort_month,
        first_channel,
        customer_age_days,
        count(*) as customers,
        cast(sum(repeat_purchases) as bigint) as repeats,
        cast(sum(repeat_purchases * repeat_purchases) as bigint) as repeat_squares,
        cast(sum(repeat_minor) as bigint) as repeat_minor,
        cast(sum(cast(repeat_minor as decimal(19, 0)) * cast(repeat_minor as decimal(19, 0))) as decimal(38, 0)) as repeat_minor_squares
    from start_customers
    group by cohort_month, first_channel, customer_age_days
),

final as (
    select
        start_cells.cell_number,
        by_channel.customer_age_days,
        cast(sum(by_channel.customers) as bigint) as customers,
        cast(sum(by_channel.repeats) as bigint) as repeats,
        cast(sum(by_channel.repeat_squares) as bigint) as repeat_squares,
        cast(sum(by_channel.repeat_minor) as bigint) as repeat_minor,
        cast(sum(by_channel.repeat_minor_squares) as decimal(38, 0)) as repeat_minor_squares
    from by_channel
    inner join start_cells
        on by_channel.cohort_month = start_cells.cohort_month
        and (not start_cells.is_by_channel or by_channel.first_channel = start_cells.first_channel)
    group by start_cells.cell_number, by_channel.customer_age_days
)

select * from final
