-- customer_days: what each customer did on each day, as known on as_of. What moved
-- on the day is net_minor. What the day is worth as a purchase is purchase_minor:
-- with returns by order what is left of its orders, none of which lowers another; else
-- what moved. A day is a purchase when that is positive (or zero, where the
-- configuration says so and an order without a return stands on it); rows that are not
-- used have rows of their own, by reason.
--
-- grain: one row per (customer_id, order_day, reason)
-- reads: orders, order_returns, params
with

days as (
    select
        customer_id,
        order_day,
        reason,
        min(file_number) as first_file_number,
        count(*) as order_rows,
        cast(sum(amount_minor) as bigint) as net_minor,
        cast(sum(case when amount_minor > 0 then amount_minor else 0 end) as bigint) as gross_minor,
        coalesce(cast(sum(margin_minor) as bigint), 0) as margin_minor
    from orders
    group by customer_id, order_day, reason
),

-- a key on both sides: a condition on one of them alone would have each day compared
-- with each return
changes as (
    select
        customer_id,
        order_day,
        'used' as reason,
        purchase_change_minor,
        margin_change_minor,
        returned_rows
    from order_returns
),

purchases as (
    select
        days.customer_id,
        days.order_day,
        days.reason,
        days.first_file_number,
        days.order_rows,
        days.net_minor,
        days.gross_minor,
        days.margin_minor,
        days.net_minor + coalesce(changes.purchase_change_minor, 0) as purchase_minor,
        days.margin_minor + coalesce(changes.margin_change_minor, 0) as purchase_margin_minor,
        coalesce(changes.returned_rows, 0) as returned_rows
    from days
    left join changes
        on days.customer_id = changes.customer_id
        and days.order_day = changes.order_day
        and days.reason = changes.reason
),

final as (
    select
        purchases.customer_id,
        purchases.order_day,
        purchases.reason,
        purchases.first_file_number,
        purchases.order_rows,
        purchases.net_minor,
        purchases.gross_minor,
        purchases.margin_minor,
        purchases.purchase_minor,
        purchases.purchase_margin_minor,
        purchases.reason = 'used'
            and counts_as_purchase(
                purchases.purchase_minor, purchases.order_rows - purchases.returned_rows, params.zero_is_purchase
            ) as is_purchase
    from purchases
    cross join params
)

select * from final
