-- revenue_deciles: the tenths of revenue among the customers who purchased in the
-- last 12 months: inverted-CDF quantiles, so each is what some customer brought.
-- All null where nobody did.
--
-- grain: one row
-- reads: customer_totals
select
    cast(percentile_disc(0.1) within group (order by revenue_12m_minor) as bigint) as decile_1,
    cast(percentile_disc(0.2) within group (order by revenue_12m_minor) as bigint) as decile_2,
    cast(percentile_disc(0.3) within group (order by revenue_12m_minor) as bigint) as decile_3,
    cast(percentile_disc(0.4) within group (order by revenue_12m_minor) as bigint) as decile_4,
    cast(percentile_disc(0.5) within group (order by revenue_12m_minor) as bigint) as decile_5,
    cast(percentile_disc(0.6) within group (order by revenue_12m_minor) as bigint) as decile_6,
    cast(percentile_disc(0.7) within group (order by revenue_12m_minor) as bigint) as decile_7,
    cast(percentile_disc(0.8) within group (order by revenue_12m_minor) as bigint) as decile_8,
    cast(percentile_disc(0.9) within group (order by revenue_12m_minor) as bigint) as decile_9
from customer_totals
where purchases_12m > 0
