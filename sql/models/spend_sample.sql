-- spend_sample: how many of the 10,000 id buckets the spend model is fitted on:
-- all, up to a million repeaters; beyond that the share that leaves a million.
--
-- grain: one row
-- reads: summary
select
    count(*) as repeaters,
    case
        when count(*) > 1000000 then cast(ceil(1e10 / count(*)) as bigint)
        else 10000
    end as buckets
from summary
where is_fitted
    and repeat_revenue_minor > 0
