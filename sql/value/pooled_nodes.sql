-- pooled_nodes: the nodes that the counts of customers are nearest to.
--
-- grain: one row per (fit_group, node_repeats, spread_place, mean_place)
-- reads: pooled
select distinct
    fit_group,
    node_repeats,
    spread_place,
    mean_place
from pooled
