-- order_rate_days: where returns belong to their order, the first day of the orders in
-- another currency that have rows on several days. What is not kept says nothing of the
-- day of an order.
--
-- grain: one row per (customer_id, order_id, currency)
-- reads: dated_rows, rate_days, input_limits
with

-- joined rather than compared, so that orders of one currency are not read
currencies as (
    select
        rate_days.currency,
        input_limits.readable_from,
        input_limits.readable_before
    from rate_days
    cross join input_limits
    where rate_days.day = input_limits.rates_from
)

select
    dated_rows.customer_id,
    dated_rows.order_id,
    dated_rows.currency,
    min(dated_rows.order_day) as first_day
from dated_rows
inner join currencies
    on dated_rows.currency = currencies.currency
where dated_rows.has_currency
    and dated_rows.nets_by_order
    and dated_rows.is_kept
    and dated_rows.ordered_at >= currencies.readable_from
    and dated_rows.ordered_at < currencies.readable_before
    and not is_blank(dated_rows.customer_id)
    and not is_blank(dated_rows.order_id)
group by dated_rows.customer_id, dated_rows.order_id, dated_rows.currency
having min(dated_rows.order_day) < max(dated_rows.order_day)
