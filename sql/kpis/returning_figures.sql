-- returning_figures: what part of a whole month's buyers and revenue was of
-- customers who first purchased in an earlier month; in all, and by the channel
-- that acquired them. A month in which nobody purchased has no row; the first month in
-- which anybody did knows no earlier one, and a month that begins before new_from
-- not all of those who purchased in one: their shares are null.
--
-- grain: one row per (month, channel); channel null: all of them
-- reads: cohort_activity, months, newcomer_span
with

activity as (
    select
        cohort_activity.month,
        cohort_activity.first_channel as channel,
        cohort_activity.month > cohort_activity.cohort_month as is_returning,
        cohort_activity.active_customers,
        cohort_activity.revenue_minor
    from cohort_activity
    inner join months
        on cohort_activity.month = months.month
    where months.is_whole
),

sums as (
    select
        month,
        cast(null as string) as channel,
        cast(sum(active_customers) as bigint) as buyers,
        cast(sum(case when is_returning then active_customers else 0 end) as bigint) as returning_buyers,
        cast(sum(revenue_minor) as bigint) as revenue_minor,
        cast(sum(case when is_returning then revenue_minor else 0 end) as bigint) as returning_minor
    from activity
    group by month
    union all
    -- a customer of unknown channel is in the row of all channels only
    select
        month,
        channel,
        cast(sum(active_customers) as bigint) as buyers,
        cast(sum(case when is_returning then active_customers else 0 end) as bigint) as returning_buyers,
        cast(sum(revenue_minor) as bigint) as revenue_minor,
        cast(sum(case when is_returning then revenue_minor else 0 end) as bigint) as returning_minor
    from activity
    where channel <> ''
    group by month, channel
),

starts as (
    select
        min(cohort_activity.cohort_month) as month,
        max(newcomer_span.new_from) as new_from
    from cohort_activity
    cross join newcomer_span
),

final as (
    select
        sums.month,
        sums.channel,
        sums.buyers as n,
        case
            when sums.month > starts.month and sums.month >= starts.new_from
                then cast(sums.returning_buyers as double) / nullif(sums.buyers, 0)
        end as returning_share_of_buyers,
        -- of less than nothing there is no share
        case
            when sums.month > starts.month and sums.month >= starts.new_from and sums.revenue_minor > 0
                then cast(sums.returning_minor as double) / nullif(sums.revenue_minor, 0)
        end as returning_share_of_revenue
    from sums
    cross join starts
    where sums.buyers > 0
)

select * from final
