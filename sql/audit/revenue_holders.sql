-- revenue_holders: how many customers hold each amount of revenue. Who returned
-- more than they bought holds nothing, so that shares of the whole lie in 0 to 1.
--
-- grain: one row per revenue_minor
-- reads: summary
select
    greatest(revenue_minor, 0) as revenue_minor,
    count(*) as customers
from summary
group by greatest(revenue_minor, 0)
