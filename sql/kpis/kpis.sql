-- kpis: the figures of the base, in long form. An interval (low, high) stands
-- where one is known; n is the number of customers behind the figure. Figures of
-- the base to date have no month, those of all customers no channel.
--
-- grain: one row per (metric, month, channel)
-- reads: figures, params
select
    params.as_of,
    figures.metric,
    figures.month,
    figures.channel,
    figures.value,
    figures.low,
    figures.high,
    figures.unit,
    figures.n
from figures
cross join params
