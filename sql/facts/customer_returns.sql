-- customer_returns: what the returns of each customer add up to, below 0: all that gross
-- money lacks. A table of its own, whose few rows an engine counts before it joins them.
--
-- grain: one row per customer_id with a used row below 0
-- reads: orders
select
    customer_id,
    cast(sum(amount_minor) as bigint) as returns_minor
from orders
where reason = 'used' and amount_minor < 0
group by customer_id
