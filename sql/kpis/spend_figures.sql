-- spend_figures: whether what the spend model assumes holds: that spend on a purchase does
-- not go with how often customers buy, and that first purchases are like later ones.
--
-- grain: one row
-- reads: base_sums, spend_levels, spend_correlation
select
    spend_correlation.spearman as spend_frequency_correlation,
    base_sums.repeat_customers as spend_frequency_correlation_n,
    spend_levels.first_to_later as first_to_later_value,
    spend_levels.compared_customers as first_to_later_value_n
from base_sums
cross join spend_levels
cross join spend_correlation
