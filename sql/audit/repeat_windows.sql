-- repeat_windows: repeat purchase rates within windows of days after the first
-- purchase, among customers old enough to have had the whole of the window. The
-- rate is null where nobody is.
--
-- grain: one row per (scope, cohort_month, channel, window_days)
-- reads: repeat_rates, params
select
    params.as_of,
    repeat_rates.scope,
    repeat_rates.cohort_month,
    repeat_rates.channel,
    repeat_rates.window_days,
    repeat_rates.customers,
    repeat_rates.repeaters,
    repeat_rates.rate,
    repeat_rates.low,
    repeat_rates.high
from repeat_rates
cross join params
where repeat_rates.window_days is not null
