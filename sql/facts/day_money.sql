-- day_money: the money of the used rows of each day, which the lenses are held
-- to: it knows of no customer. And what its purchases are worth, other days of
-- customers beside them, with the margin of both.
--
-- grain: one row per order_day
-- reads: customer_days
select
    order_day,
    cast(sum(net_minor) as bigint) as revenue_minor,
    cast(sum(case when is_purchase then purchase_minor else 0 end) as bigint) as purchase_minor,
    cast(sum(case when is_purchase then 0 else purchase_minor end) as bigint) as other_day_minor,
    cast(sum(margin_minor) as bigint) as margin_minor,
    cast(sum(purchase_margin_minor) as bigint) as worth_margin_minor
from customer_days
group by order_day
