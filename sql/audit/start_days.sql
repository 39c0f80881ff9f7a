-- start_days: what all customers of a cell bought again at each age that not all of them
-- have reached, and how many have.
--
-- grain: one row per (cell_number, age_days)
-- reads: late_repeats, start_places, start_base
with

events as (
    select
        start_places.month_cell_number as cell_number,
        late_repeats.age_days,
        late_repeats.repeats,
        late_repeats.money_minor
    from late_repeats
    inner join start_places
        on late_repeats.customer_id = start_places.customer_id
    union all
    select
        start_places.channel_cell_number as cell_number,
        late_repeats.age_days,
        late_repeats.repeats,
        late_repeats.money_minor
    from late_repeats
    inner join start_places
        on late_repeats.customer_id = start_places.customer_id
),

sums as (
    select
        cell_number,
        age_days,
        cast(sum(repeats) as bigint) as repeats,
        cast(sum(money_minor) as bigint) as repeat_minor
    from events
    group by cell_number, age_days
),

final as (
    select
        sums.cell_number,
        sums.age_days,
        sums.repeats,
        sums.repeat_minor,
        cast(sum(start_base.customers) as bigint) as at_risk
    from sums
    inner join start_base
        on sums.cell_number = start_base.cell_number
        and sums.age_days <= start_base.customer_age_days
    group by sums.cell_number, sums.age_days, sums.repeats, sums.repeat_minor
)

select * from final
