-- start_base: all customers of a month and channel, each of them once, by their age: what
-- those who started by a value are compared with, once they are taken out. The channels
-- are compared within the months alone.
--
-- grain: one row per (is_by_channel, cohort_month, cell_channel, customer_age_days)
-- reads: start_customers
with

cells as (
    select
        true as is_by_channel,
        cohort_month,
        first_channel as cell_channel,
        customer_age_days,
        repeat_purchases,
        repeat_minor
    from start_customers
    union all
    select
        false as is_by_channel,
        cohort_month,
        '' as cell_channel,
        customer_age_days,
        repeat_purchases,
        repeat_minor
    from start_customers
),

final as (
    select
        is_by_channel,
        cohort_month,
        cell_channel,
        customer_age_days,
        count(*) as customers,
        cast(sum(repeat_purchases) as bigint) as repeats,
        cast(sum(repeat_purchases * repeat_purchases) as bigint) as repeat_squares,
        cast(sum(repeat_minor) as bigint) as repeat_minor,
        cast(sum(cast(repeat_minor as decimal(19, 0)) * cast(repeat_minor as decimal(19, 0))) as decimal(38, 0)) as repeat_minor_squares
    from cells
    group by is_by_channel, cohort_month, cell_channel, customer_age_days
)

select * from final
