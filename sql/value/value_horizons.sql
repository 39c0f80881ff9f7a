-- value_horizons: over how many days of their lives new customers are valued: the
-- horizon, by which the marks are set, and focus_days, by which the focus goes, so that
-- no setting moves it.
--
-- grain: one row per horizon_days
-- reads: params
select
    horizon_days,
    horizon_days = focus_days as is_focus
from params
union
select
    focus_days as horizon_days,
    true as is_focus
from params
