-- repeat_counts: of how many customers, how many purchased again: ever, and
-- within each window among those who are old enough to have had the whole of it.
--
-- grain: one row per window_days (null: ever)
-- reads: summary, windows
with

ever as (
    select
        cast(null as bigint) as window_days,
        cast(sum(case when repeat_purchases > 0 then 1 else 0 end) as bigint) as repeaters,
        count(*) as customers
    from summary
),

windowed as (
    select
        windows.window_days,
        cast(sum(case when summary.days_to_second_purchase <= windows.window_days then 1 else 0 end) as bigint)
            as repeaters,
        count(*) as customers
    from summary
    inner join windows
        on summary.customer_age_days >= windows.window_days
    group by windows.window_days
),

final as (
    select * from ever
    union all
    select * from windowed
)

select * from final
