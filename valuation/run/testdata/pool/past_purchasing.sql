-- past_purchasing: what fading memory and the pool see of the repeat purchases of each
-- customer of the past days, as known on the day: how many fell in the last half of a
-- window before it, and the sum of what each counts for by its age, for each half-life.
-- Weights are whole billionths, so that the sums are exact.
--
-- grain: one row per (past_day, customer_id)
-- reads: past_members, customer_days, purchase_weights
with

purchases as (
    select
        past_members.past_day,
        past_members.customer_id,
        day_difference(customer_days.order_day, past_members.past_day) as age_days
    from past_members
    inner join customer_days
        on past_members.customer_id = customer_days.customer_id
        and past_members.first_purchase_date < customer_days.order_day
        and past_members.past_day >= customer_days.order_day
    where customer_days.is_purchase
),

sums as (
    select
        purchases.past_day,
        purchases.customer_id,
        cast(sum(purchase_weights.in_half_window) as bigint) as half_window_purchases,
        cast(sum(purchase_weights.half_30) as bigint) as faded_30,
        cast(sum(purchase_weights.half_60) as bigint) as faded_60,
        cast(sum(purchase_weights.half_120) as bigint) as faded_120,
        cast(sum(purchase_weights.half_240) as bigint) as faded_240,
        cast(sum(purchase_weights.half_480) as bigint) as faded_480,
        cast(sum(purchase_weights.half_960) as bigint) as faded_960
    from purchases
    inner join purchase_weights
        on purchases.age_days = purchase_weights.age_days
    group by purchases.past_day, purchases.customer_id
),

final as (
    select
        past_members.past_day,
        past_members.customer_id,
        coalesce(sums.half_window_purchases, 0) as half_window_purchases,
        coalesce(sums.faded_30, 0) as faded_30,
        coalesce(sums.faded_60, 0) as faded_60,
        coalesce(sums.faded_120, 0) as faded_120,
        coalesce(sums.faded_240, 0) as faded_240,
        coalesce(sums.faded_480, 0) as faded_480,
        coalesce(sums.faded_960, 0) as faded_960
    from past_members
    left join sums
        on past_members.past_day = sums.past_day
        and past_members.customer_id = sums.customer_id
)

select * from final
