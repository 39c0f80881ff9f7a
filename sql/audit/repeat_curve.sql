-- repeat_curve: the Kaplan-Meier estimate of the probability of a second purchase
-- by each day after the first, with its interval.
--
-- grain: one row per (scope, cohort_month, channel, day)
-- reads: repeat_probabilities, params
select
    params.as_of,
    repeat_probabilities.scope,
    repeat_probabilities.cohort_month,
    repeat_probabilities.channel,
    repeat_probabilities.day,
    repeat_probabilities.at_risk,
    repeat_probabilities.events,
    repeat_probabilities.repeat_probability,
    repeat_probabilities.low,
    repeat_probabilities.high
from repeat_probabilities
cross join params
