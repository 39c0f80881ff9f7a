-- past_revisions: what the holdouts of past days were known to hold on the cutoffs that
-- learn from them, where as_of knows of more or fewer purchases: an order that was
-- returned, or had a newer version, after a cutoff was on it what it had been. A cutoff
-- learns from a holdout that ends by it. Money needs no revision: it counts when it moved.
--
-- grain: one row per (past_day, cutoff, customer_id) with another number of purchases
-- reads: past_days, past_members, look_days, customer_days
with

lessons as (
    select
        past_days.past_day,
        past_days.holdout_to,
        cutoffs.past_day as cutoff
    from past_days
    inner join past_days as cutoffs
        on past_days.holdout_to <= cutoffs.past_day
    where cutoffs.is_cutoff
),

-- other days were on the cutoff what they are
changes as (
    select
        lessons.past_day,
        lessons.cutoff,
        look_days.customer_id,
        case when look_days.is_purchase then 1 else 0 end as known_purchases,
        case when customer_days.is_purchase then 1 else 0 end as purchases
    from lessons
    inner join look_days
        on lessons.cutoff = look_days.look_day
        and lessons.past_day < look_days.order_day
        and lessons.holdout_to >= look_days.order_day
    left join customer_days
        on look_days.customer_id = customer_days.customer_id
        and look_days.order_day = customer_days.order_day
),

sums as (
    select
        past_day,
        cutoff,
        customer_id,
        cast(sum(known_purchases - purchases) as bigint) as more_purchases
    from changes
    group by past_day, cutoff, customer_id
),

final as (
    select
        sums.past_day,
        sums.cutoff,
        sums.customer_id,
        sums.more_purchases
    from sums
    inner join past_members
        on sums.past_day = past_members.past_day
        and sums.customer_id = past_members.customer_id
    where sums.more_purchases <> 0
)

select * from final
