-- window_customers: what was known of all customers on the days on which the windows begin
-- that the effects of first purchases are fitted on, by the bands that start_expected
-- has, and what came of them in the windows: how many purchases, and of how many the mean
-- value is told from that of others, with their sum. Without old customers, and those who
-- have another day of the first purchase as of as_of. Empty where the samples of the past
-- days are everybody.
--
-- grain: one row per (past_day, customer_id)
-- reads: past_known, past_days, start_windows, start_bands, first_purchases, candidate_groups, customer_days, look_days
with

members as (
    select
        past_known.past_day,
        past_known.customer_id,
        past_known.first_purchase_date,
        coalesce(candidate_groups.fit_group, 0) as fit_group,
        past_days.holdout_to,
        start_windows.first_counts = 1 as does_first_count,
        start_windows.first_divisor
    from past_known
    inner join start_windows
        on past_known.past_day = start_windows.past_day
    inner join past_days
        on past_known.past_day = past_days.past_day
    inner join first_purchases
        on past_known.customer_id = first_purchases.customer_id
        and past_known.first_purchase_date = first_purchases.first_purchase_date
    left join candidate_groups
        on past_known.first_channel = candidate_groups.first_channel
        and not candidate_groups.is_old
    where past_known.is_fitted
        and not past_known.is_old
),

member_days as (
    select
        members.*,
        customer_days.order_day,
        customer_days.order_day <= members.past_day as is_known,
        coalesce(look_days.is_purchase, customer_days.is_purchase) as is_purchase,
        coalesce(look_days.purchase_minor, customer_days.purchase_minor) as purchase_minor,
        customer_days.net_minor
    from members
    inner join customer_days
        on members.customer_id = customer_days.customer_id
        and members.holdout_to >= customer_days.order_day
    left join look_days
        on members.past_day = look_days.look_day
        and customer_days.customer_id = look_days.customer_id
        and customer_days.order_day = look_days.order_day
),

sums as (
    select
        past_day,
        customer_id,
        fit_group,
        does_first_count,
        first_divisor,
        first_purchase_date,
        max(case when is_known and is_purchase then order_day end) as last_purchase_date,
        cast(sum(case when is_known and is_purchase and order_day > first_purchase_date then 1 else 0 end) as bigint) as repeats,
        cast(sum(case when is_known and is_purchase and purchase_minor > 0 then 1 else 0 end) as bigint) as positive_purchases,
        cast(sum(case when is_known and is_purchase and order_day = first_purchase_date then purchase_minor else 0 end) as bigint)
            as first_minor,
        cast(sum(case when is_known and is_purchase and order_day > first_purchase_date then purchase_minor else 0 end) as bigint)
            as repeat_minor,
        cast(sum(case when not is_known and is_purchase then 1 else 0 end) as bigint) as came_purchases,
        cast(sum(case when not is_known then net_minor else 0 end) as bigint) as came_minor
    from member_days
    group by past_day, customer_id, fit_group, does_first_count, first_divisor, first_purchase_date
),

final as (
    select
        sums.past_day,
        sums.customer_id,
        sums.fit_group,
        of_repeats.repeats,
        of_silence.days as silent,
        of_age.days as age,
        of_repeats.repeat_band,
        sums.came_purchases,
        case when sums.does_first_count then sums.positive_purchases else sums.repeats end + sums.came_purchases as spend_purchases,
        case when sums.does_first_count then sums.first_minor / sums.first_divisor else 0e0 end + sums.repeat_minor + sums.came_minor
            as spend_minor
    from sums
    inner join start_bands as of_repeats
        on sums.repeats = of_repeats.number
    inner join start_bands as of_silence
        on day_difference(sums.last_purchase_date, sums.past_day) = of_silence.number
    inner join start_bands as of_age
        on day_difference(sums.first_purchase_date, sums.past_day) = of_age.number
)

select * from final
