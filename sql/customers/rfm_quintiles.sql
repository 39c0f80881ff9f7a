-- rfm_quintiles: the quintiles of recency and monetary value: inverted-CDF
-- quantiles, so each is a value that some customer has.
--
-- grain: one row
-- reads: summary
select
    percentile_disc(0.2) within group (order by days_since_last_purchase) as recency_20,
    percentile_disc(0.4) within group (order by days_since_last_purchase) as recency_40,
    percentile_disc(0.6) within group (order by days_since_last_purchase) as recency_60,
    percentile_disc(0.8) within group (order by days_since_last_purchase) as recency_80,
    percentile_disc(0.2) within group (order by revenue_minor) as monetary_20,
    percentile_disc(0.4) within group (order by revenue_minor) as monetary_40,
    percentile_disc(0.6) within group (order by revenue_minor) as monetary_60,
    percentile_disc(0.8) within group (order by revenue_minor) as monetary_80
from summary
