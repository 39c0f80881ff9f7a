-- earlier_first_purchases: on which day the customers with a returned order, or one whose
-- versions differ, had first purchased, as known on the looks of earlier days; null where
-- no purchase was known. That of all others is in first_purchases, if it lies before the
-- look.
--
-- grain: one row per (look_day, customer_id) in look_days
-- reads: look_days, customer_days
with

changed as (
    select distinct
        look_day,
        customer_id
    from look_days
),

days as (
    select
        changed.look_day,
        changed.customer_id,
        customer_days.order_day,
        customer_days.is_purchase
    from changed
    inner join customer_days
        on changed.customer_id = customer_days.customer_id
        and changed.look_day >= customer_days.order_day
    left join look_days
        on changed.look_day = look_days.look_day
        and changed.customer_id = look_days.customer_id
        and customer_days.order_day = look_days.order_day
    where look_days.customer_id is null
    union all
    select
        look_day,
        customer_id,
        order_day,
        is_purchase
    from look_days
),

final as (
    select
        look_day,
        customer_id,
        min(case when is_purchase then order_day end) as first_purchase_date
    from days
    group by look_day, customer_id
)

select * from final
