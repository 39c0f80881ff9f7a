-- past_revisions: what the windows after past days were known to hold on later days that
-- learn from them, where as_of knows of more or fewer purchases: an order that was
-- returned, or had a newer version, after a day was on it what it had been. A cutoff
-- learns from a holdout that ends by it; and with the last 90 days, whose returns are
-- still to come, those of a year before are compared as their last day knew them. Money
-- needs no revision: it counts when it moved.
--
-- grain: one row per (past_day, known_on, window_days, customer_id) with another number of purchases
-- reads: past_days, past_members, look_days, customer_days
with

lessons as (
    select
        past_days.past_day,
        cutoffs.past_day as known_on,
        past_days.holdout_to as window_to
    from past_days
    inner join past_days as cutoffs
        on past_days.holdout_to <= cutoffs.past_day
    where cutoffs.is_cutoff
    -- a holdout of 90 days is the same window
    union
    select
        past_day,
        quarter_to as known_on,
        quarter_to as window_to
    from past_days
    where is_before_tested_quarter
),

-- other days were known as what they are
changes as (
    select
        lessons.past_day,
        lessons.known_on,
        lessons.window_to,
        look_days.customer_id,
        case when look_days.is_purchase then 1 else 0 end as known_purchases,
        case when customer_days.is_purchase then 1 else 0 end as purchases
    from lessons
    inner join look_days
        on lessons.known_on = look_days.look_day
        and lessons.past_day < look_days.order_day
        and lessons.window_to >= look_days.order_day
    left join customer_days
        on look_days.customer_id = customer_days.customer_id
        and look_days.order_day = customer_days.order_day
),

sums as (
    select
        past_day,
        known_on,
        window_to,
        customer_id,
        cast(sum(known_purchases - purchases) as bigint) as more_purchases
    from changes
    group by past_day, known_on, window_to, customer_id
),

final as (
    select
        sums.past_day,
        sums.known_on,
        day_difference(sums.past_day, sums.window_to) as window_days,
        sums.customer_id,
        sums.more_purchases
    from sums
    inner join past_members
        on sums.past_day = past_members.past_day
        and sums.customer_id = past_members.customer_id
    where sums.more_purchases <> 0
)

select * from final
