-- spend_days: what was spent on each channel and day, credits netted. A row of 0
-- says that nothing was. A day has the whole minor units by which the rounded sum of
-- its channel grew, so that those of any time are within one of what was spent, and
-- fractions of a cent are not lost day by day.
--
-- grain: one row per (channel, spend_day)
-- reads: spend_rows
with

days as (
    select
        channel,
        spend_day,
        cast(sum(amount_minor) as decimal(38, 4)) as spend
    from spend_rows
    where reason = 'used'
    group by channel, spend_day
),

grown as (
    select
        channel,
        spend_day,
        spend,
        cast(sum(spend) over (
            partition by channel
            order by spend_day
            rows between unbounded preceding and current row
        ) as decimal(38, 4)) as spend_until
    from days
),

final as (
    select
        channel,
        spend_day,
        cast(round(spend_until, 0) as bigint) - cast(round(spend_until - spend, 0) as bigint) as spend_minor
    from grown
)

select * from final
