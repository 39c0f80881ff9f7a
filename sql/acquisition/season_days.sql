-- season_days: how many purchases the customers acquired before the trailing 12 months
-- made on each day of these, counted back from as_of. They were customers throughout, so
-- that what one part of the year brings beside another is its season. Who is old is left
-- out: their first purchase is not known. It is asked for channels, so only with spend,
-- and for first orders, where they are compared.
--
-- grain: one row per days_before
-- reads: customer_days, newcomer_span, params
select
    day_difference(customer_days.order_day, params.as_of) as days_before,
    count(*) as purchases
from customer_days
cross join newcomer_span
cross join params
where (params.has_spend or params.has_first_orders)
    and customer_days.is_purchase
    and customer_days.order_day >= newcomer_span.trailing_from
    and customer_days.first_purchase_date < newcomer_span.trailing_from
    and customer_days.first_purchase_date >= newcomer_span.new_from
group by day_difference(customer_days.order_day, params.as_of)
