-- customer_days: what each customer did on each day. A day is a purchase when
-- its net is positive (or zero, where the configuration says so); rows that are
-- not used have rows of their own, by reason.
--
-- grain: one row per (customer_id, order_day, reason)
-- reads: orders, params
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

final as (
    select
        days.customer_id,
        days.order_day,
        days.reason,
        days.first_file_number,
        days.order_rows,
        days.net_minor,
        days.gross_minor,
        days.margin_minor,
        days.reason = 'used'
            and (days.net_minor > 0 or (params.zero_is_purchase and days.net_minor = 0)) as is_purchase
    from days
    cross join params
)

select * from final
