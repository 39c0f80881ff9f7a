-- outcome_values: how many people of the campaign's arms brought each amount of
-- revenue above 0, from which the amount follows at which it is winsorised.
--
-- grain: one row per revenue_minor
-- reads: outcomes
select
    revenue_minor,
    count(*) as customers
from outcomes
where revenue_minor > 0
    and arm in ('none', 'champion', 'challenger')
group by revenue_minor
