-- order_returns: by how much the returns of orders change what each customer-day is
-- worth as a purchase, as known on as_of, how many of its rows are of orders with a
-- return, and what was returned on it of no purchase.
--
-- grain: one row per (customer_id, order_day) that holds a returned order, or one whose versions differ
-- reads: order_worths, params
select
    order_worths.customer_id,
    order_worths.order_day,
    cast(sum(order_worths.worth_minor - order_worths.net_minor) as bigint) as purchase_change_minor,
    cast(sum(order_worths.worth_margin_minor - order_worths.margin_minor) as bigint) as margin_change_minor,
    cast(sum(case when order_worths.is_returned then order_worths.order_rows else 0 end) as bigint) as returned_rows,
    cast(sum(order_worths.left_minor) as bigint) as left_minor,
    cast(sum(order_worths.left_margin_minor) as bigint) as left_margin_minor
from order_worths
inner join params
    on order_worths.look_day = params.as_of
group by order_worths.customer_id, order_worths.order_day
