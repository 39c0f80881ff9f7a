-- tracking: the repeat purchases of each week beside those that the model expected, of
-- the customers known on the backtest's cutoff: up to it the model knew them, after it
-- they are forecast.
--
-- grain: one row per week_start
-- reads: tracked_weeks, params
select
    params.as_of,
    tracked_weeks.week_start,
    tracked_weeks.customers,
    tracked_weeks.purchases,
    tracked_weeks.expected_purchases,
    tracked_weeks.expected_with_season,
    tracked_weeks.cumulative_purchases,
    tracked_weeks.cumulative_expected_purchases,
    tracked_weeks.is_holdout,
    tracked_weeks.is_same_season
from tracked_weeks
cross join params
