-- purchase_gaps: how many days lay between a purchase and the next one of the same
-- customer, by which of the customer's purchases the earlier one was. From the
-- repeat_steps-th on they are counted together. is_mature: the earlier one is
-- retention_days old or older; is_recent: the later one is within the last
-- retention_days. Those who are not new may have purchased before the files begin:
-- which of their purchases one was is not known.
--
-- grain: one row per (purchase_number, is_new, is_mature, is_recent, gap_days)
-- reads: customer_days, newcomer_span, params
with

gaps as (
    select
        least(cast(customer_days.purchase_number - 1 as bigint), params.repeat_steps) as purchase_number,
        customer_days.first_purchase_date >= newcomer_span.new_from as is_new,
        day_difference(customer_days.purchase_before, params.as_of) >= params.retention_days as is_mature,
        day_difference(customer_days.order_day, params.as_of) < params.retention_days as is_recent,
        day_difference(customer_days.purchase_before, customer_days.order_day) as gap_days
    from customer_days
    cross join params
    cross join newcomer_span
    where customer_days.purchase_number > 1
),

final as (
    select
        purchase_number,
        is_new,
        is_mature,
        is_recent,
        gap_days,
        count(*) as gaps
    from gaps
    group by purchase_number, is_new, is_mature, is_recent, gap_days
)

select * from final
