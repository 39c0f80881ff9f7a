-- voided_purchases: how many purchases came to nothing on a later day, by their day and
-- by that of the last return, or the one from which a newer version of the order is known
-- that has nothing there. An order that a version moved to another day or customer came
-- to something.
--
-- grain: one row per (order_day, voided_on)
-- reads: order_worths, order_versions, customer_days, params
with

worths as (
    select
        order_worths.customer_id,
        order_worths.order_id,
        order_worths.order_day,
        order_worths.is_spread,
        order_worths.return_rows,
        order_worths.net_minor,
        order_worths.worth_minor
    from order_worths
    inner join params
        on order_worths.look_day = params.as_of
),

last_returns as (
    select
        customer_id,
        order_id,
        max(order_day) as returned_on
    from worths
    where return_rows > 0
        and is_spread
    group by customer_id, order_id
),

emptied as (
    select order_id
    from worths
    group by order_id
    having max(worth_minor) <= 0
),

voids_of_both as (
    select
        worths.customer_id,
        worths.order_day,
        last_returns.returned_on as voided_on
    from worths
    inner join last_returns
        on worths.customer_id = last_returns.customer_id
        and worths.order_id = last_returns.order_id
        and worths.order_day < last_returns.returned_on
    where worths.net_minor > 0
        and worths.worth_minor = 0
    union all
    select
        order_versions.customer_id,
        order_versions.order_day,
        order_versions.known_until as voided_on
    from order_versions
    inner join emptied
        on order_versions.order_id = emptied.order_id
        and order_versions.order_day < order_versions.known_until
    where order_versions.net_minor > 0
),

voids as (
    select
        customer_id,
        order_day,
        max(voided_on) as voided_on
    from voids_of_both
    group by customer_id, order_day
),

purchase_days as (
    select
        customer_id,
        order_day
    from customer_days
    where is_purchase
),

final as (
    select
        voids.order_day,
        voids.voided_on,
        count(*) as purchases
    from voids
    left join purchase_days
        on voids.customer_id = purchase_days.customer_id
        and voids.order_day = purchase_days.order_day
    where purchase_days.customer_id is null
    group by voids.order_day, voids.voided_on
)

select * from final
