-- start_cells: with whom customers are compared: those who started in the same month, by
-- the same channel; or, where channels are compared, in the same month alone; numbered, with
-- the age that all of the month have reached.
--
-- grain: one row per cell_number
-- reads: start_customers, months, params
with

cells as (
    select
        true as is_by_channel,
        cohort_month,
        first_channel
    from start_customers
    group by cohort_month, first_channel
    union all
    select
        false as is_by_channel,
        cohort_month,
        '' as first_channel
    from start_customers
    group by cohort_month
),

final as (
    select
        cast(row_number() over (order by cells.is_by_channel, cells.cohort_month, cells.first_channel) as bigint) as cell_number,
        cells.is_by_channel,
        cells.cohort_month,
        cells.first_channel,
        greatest(cast(0 as bigint), day_difference(months.last_day, params.as_of)) as common_age
    from cells
    inner join months
        on cells.cohort_month = months.month
    cross join params
)

select * from final
