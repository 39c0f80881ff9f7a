-- rfm_quintiles: the quintiles of recency and monetary value: inverted-CDF
-- quantiles, so each is a value that some customer has.
--
-- Cast, since Spark's percentile_disc gives a double.
--
-- grain: one row
-- reads: summary
select
    cast(percentile_disc(0.2) within group (order by days_since_last_purchase) as bigint) as recency_20,
    cast(percentile_disc(0.4) within group (order by days_since_last_purchase) as bigint) as recency_40,
    cast(percentile_disc(0.6) within group (order by days_since_last_purchase) as bigint) as recency_60,
    cast(percentile_disc(0.8) within group (order by days_since_last_purchase) as bigint) as recency_80,
    cast(percentile_disc(0.2) within group (order by revenue_minor) as bigint) as monetary_20,
    cast(percentile_disc(0.4) within group (order by revenue_minor) as bigint) as monetary_40,
    cast(percentile_disc(0.6) within group (order by revenue_minor) as bigint) as monetary_60,
    cast(percentile_disc(0.8) within group (order by revenue_minor) as bigint) as monetary_80
from summary
