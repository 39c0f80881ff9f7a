-- newcomer_days: how many customers were acquired by each channel on each
-- day: those whose first purchase it was.
--
-- grain: one row per (first_channel, first_purchase_date)
-- reads: summary
select
    first_channel,
    first_purchase_date,
    count(*) as customers
from summary
group by first_channel, first_purchase_date
