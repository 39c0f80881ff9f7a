-- start_ages: what the customers who started by each value bought again, by the cell in
-- which they are compared and by their age: sums, and squares for their spread.
--
-- grain: one row per (value_number, cell_number, customer_age_days)
-- reads: start_members, start_places
with

placed as (
    select
        start_members.value_number,
        case
            when start_members.attribute_number = 0 then start_places.month_cell_number
            else start_places.channel_cell_number
        end as cell_number,
        start_places.customer_age_days,
        start_places.repeat_purchases,
        start_places.repeat_minor
    from start_members
    inner join start_places
        on start_members.customer_id = start_places.customer_id
),

final as (
    select
        value_number,
        cell_number,
        customer_age_days,
        count(*) as customers,
        cast(sum(repeat_purchases) as bigint) as repeats,
        cast(sum(repeat_purchases * repeat_purchases) as bigint) as repeat_squares,
        cast(sum(repeat_minor) as bigint) as repeat_minor,
        cast(sum(cast(repeat_minor as decimal(19, 0)) * cast(repeat_minor as decimal(19, 0))) as decimal(38, 0)) as repeat_minor_squares
    from placed
    group by value_number, cell_number, customer_age_days
)

select * from final
