-- start_late: what was bought again at ages that not all customers of a cell have reached,
-- by those who started by a value.
--
-- grain: one row per (value_number, cell_number, age_days)
-- reads: late_repeats, start_members, start_places
with

placed as (
    select
        start_members.value_number,
        case
            when start_members.attribute_number = 0 then start_places.month_cell_number
            else start_places.channel_cell_number
        end as cell_number,
        late_repeats.age_days,
        late_repeats.repeats,
        late_repeats.money_minor
    from late_repeats
    inner join start_members
        on late_repeats.customer_id = start_members.customer_id
    inner join start_places
        on late_repeats.customer_id = start_places.customer_id
),

final as (
    select
        value_number,
        cell_number,
        age_days,
        cast(sum(repeats) as bigint) as repeats,
        cast(sum(money_minor) as bigint) as repeat_minor
    from placed
    group by value_number, cell_number, age_days
)

select * from final
