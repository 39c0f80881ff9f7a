-- file_changes: which files have fewer rows of the days that lost some, and which
-- have more of the days that grew, than in the earlier run.
--
-- grain: one row per (file, is_lost)
-- reads: days, earlier_days, changed_days
with

held as (
    select day, file, rows as rows_now, 0 as rows_before from days
    union all
    select day, file, 0 as rows_now, rows as rows_before from earlier_days
),

final as (
    select
        held.file,
        changed_days.is_lost,
        cast(sum(held.rows_now) as bigint) as rows_now,
        cast(sum(held.rows_before) as bigint) as rows_before
    from held
    inner join changed_days
        on held.day = changed_days.day
    group by held.file, changed_days.is_lost
)

select * from final
