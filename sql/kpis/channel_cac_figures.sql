-- channel_cac_figures: the cost of acquisition by which spend sets the marks: of the
-- channel that value.replace_by names, or of all paid ones, which have no channel.
-- Where none does, all is null.
--
-- grain: one row
-- reads: replacement, params
select
    nullif(replacement.cac_channel, '') as channel,
    replacement.cac_customers as n,
    case
        when replacement.cac_source = 'spend'
            then money(to_minor(replacement.cac, params.minor_per_unit), params.minor_per_unit)
    end as cac_from_spend
from replacement
cross join params
