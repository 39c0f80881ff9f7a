-- concentration: how much of the revenue lies with how few customers.
--
-- grain: one row per metric
-- reads: revenue_concentration, params
select
    params.as_of,
    revenue_concentration.metric,
    revenue_concentration.value,
    revenue_concentration.n,
    revenue_concentration.unit
from revenue_concentration
cross join params
