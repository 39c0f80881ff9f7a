-- day_changes: what the files hold of each day, and what those of the earlier run and of
-- the last run of the month before held. Files may have been cut otherwise since, so days
-- are compared in all.
--
-- grain: one row per day of any
-- reads: days, earlier_days, month_days, params
with

held as (
    select
        days.day,
        days.rows as rows_now,
        to_minor(days.amount, params.minor_per_unit) as minor_now,
        days.used_rows as used_rows_now,
        to_minor(days.used_amount, params.minor_per_unit) as used_minor_now,
        days.superseded_rows as superseded_now,
        0 as rows_before,
        0 as minor_before,
        0 as used_rows_before,
        0 as used_minor_before,
        0 as superseded_before,
        0 as customers_before,
        0 as rows_of_month,
        0 as superseded_of_month
    from days
    cross join params
    union all
    select
        earlier_days.day,
        0 as rows_now,
        0 as minor_now,
        0 as used_rows_now,
        0 as used_minor_now,
        0 as superseded_now,
        earlier_days.rows as rows_before,
        to_minor(earlier_days.amount, params.minor_per_unit) as minor_before,
        earlier_days.used_rows as used_rows_before,
        to_minor(earlier_days.used_amount, params.minor_per_unit) as used_minor_before,
        earlier_days.superseded_rows as superseded_before,
        earlier_days.customers as customers_before,
        0 as rows_of_month,
        0 as superseded_of_month
    from earlier_days
    cross join params
    union all
    select
        month_days.day,
        0 as rows_now,
        0 as minor_now,
        0 as used_rows_now,
        0 as used_minor_now,
        0 as superseded_now,
        0 as rows_before,
        0 as minor_before,
        0 as used_rows_before,
        0 as used_minor_before,
        0 as superseded_before,
        0 as customers_before,
        month_days.rows as rows_of_month,
        month_days.superseded_rows as superseded_of_month
    from month_days
),

final as (
    select
        day,
        cast(sum(rows_now) as bigint) as rows_now,
        cast(sum(minor_now) as bigint) as minor_now,
        cast(sum(used_rows_now) as bigint) as used_rows_now,
        cast(sum(used_minor_now) as bigint) as used_minor_now,
        cast(sum(superseded_now) as bigint) as superseded_now,
        cast(sum(rows_before) as bigint) as rows_before,
        cast(sum(minor_before) as bigint) as minor_before,
        cast(sum(used_rows_before) as bigint) as used_rows_before,
        cast(sum(used_minor_before) as bigint) as used_minor_before,
        cast(sum(superseded_before) as bigint) as superseded_before,
        cast(sum(customers_before) as bigint) as customers_before,
        cast(sum(rows_of_month) as bigint) as rows_of_month,
        cast(sum(superseded_of_month) as bigint) as superseded_of_month
    from held
    group by day
)

select * from final
