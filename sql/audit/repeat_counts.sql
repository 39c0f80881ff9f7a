-- repeat_counts: of how many customers, how many purchased again: ever, and
-- within each window among those who are old enough to have had the whole of it;
-- in all, by cohort, and by channel where channels are known. Windows begin with
-- the first purchase, so only customers whose first it is known to be are in them.
--
-- grain: one row per (scope, cohort_month, channel, window_days); window_days null: ever
-- reads: second_purchases, windows, params
with

counts as (
    select
        second_purchases.cohort_month,
        second_purchases.first_channel as channel,
        windows.window_days,
        cast(sum(
            case
                when second_purchases.is_fitted
                    and second_purchases.customer_age_days >= windows.window_days then second_purchases.customers
                else 0
            end
        ) as bigint) as customers,
        cast(sum(
            case
                when second_purchases.is_fitted
                    and second_purchases.customer_age_days >= windows.window_days
                    and second_purchases.days_to_second_purchase <= windows.window_days then second_purchases.customers
                else 0
            end
        ) as bigint) as repeaters
    from second_purchases
    cross join windows
    group by second_purchases.cohort_month, second_purchases.first_channel, windows.window_days
    union all
    select
        cohort_month,
        first_channel as channel,
        cast(null as bigint) as window_days,
        cast(sum(customers) as bigint) as customers,
        cast(sum(case when days_to_second_purchase is not null then customers else 0 end) as bigint) as repeaters
    from second_purchases
    group by cohort_month, first_channel
),

final as (
    select
        'all' as scope,
        cast(null as date) as cohort_month,
        cast(null as string) as channel,
        window_days,
        cast(sum(customers) as bigint) as customers,
        cast(sum(repeaters) as bigint) as repeaters
    from counts
    group by window_days
    union all
    select
        'cohort' as scope,
        cohort_month,
        cast(null as string) as channel,
        window_days,
        cast(sum(customers) as bigint) as customers,
        cast(sum(repeaters) as bigint) as repeaters
    from counts
    group by cohort_month, window_days
    union all
    select
        'channel' as scope,
        cast(null as date) as cohort_month,
        nullif(counts.channel, '') as channel,
        counts.window_days,
        cast(sum(counts.customers) as bigint) as customers,
        cast(sum(counts.repeaters) as bigint) as repeaters
    from counts
    cross join params
    where params.has_channel
    group by counts.channel, counts.window_days
)

select * from final
