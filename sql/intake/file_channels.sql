-- file_channels: the used rows of each file by channel: how many, their money, and
-- what a glance at their days and amounts would show.
--
-- The geometric mean of positive amounts is exp(log_millionths / 1e6 / positive_rows)
-- minor units: a few large orders do not move it.
--
-- grain: one row per (file_number, channel)
-- reads: orders, params
with

final as (
    select
        orders.file_number,
        orders.channel,
        count(*) as order_rows,
        cast(sum(orders.amount_minor) as bigint) as amount_minor,
        cast(sum(case when orders.order_id <> '' then 1 else 0 end) as bigint) as order_id_rows,
        cast(sum(case when orders.order_id <> '' and orders.amount_minor > 0 then 1 else 0 end) as bigint) as positive_id_rows,
        cast(sum(case when orders.order_id = orders.customer_id then 1 else 0 end) as bigint) as same_id_rows,
        min(orders.order_day) as first_day,
        max(orders.order_day) as last_day,
        cast(sum(case when orders.amount_minor < 0 then 1 else 0 end) as bigint) as negative_rows,
        cast(sum(case when orders.amount_minor < 0 then orders.amount_minor else 0 end) as bigint) as negative_minor,
        cast(sum(case when orders.amount_minor > 0 then 1 else 0 end) as bigint) as positive_rows,
        cast(sum(case when orders.amount_minor > 0 then log_millionths(orders.amount_minor) else 0 end) as bigint)
            as log_millionths,
        cast(sum(case when orders.amount_minor % params.minor_per_unit = 0 then 1 else 0 end) as bigint) as whole_rows,
        cast(sum(case when orders.amount_minor % (10 * params.minor_per_unit) <> 0 then 1 else 0 end) as bigint) as uneven_rows,
        cast(sum(case when orders.ordered_at > cast(cast(orders.ordered_at as date) as timestamp) then 1 else 0 end) as bigint)
            as timed_rows
    from orders
    cross join params
    where orders.reason = 'used'
    group by orders.file_number, orders.channel
)

select * from final
