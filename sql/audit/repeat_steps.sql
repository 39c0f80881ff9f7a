-- repeat_steps: from each purchase to the next: of how many customers, how many have
-- made it, and how long it took. The last step stands for its purchase and all later
-- ones, each of which counts.
--
-- grain: one row per purchase_number
-- reads: step_rates, params
select
    params.as_of,
    step_rates.purchase_number,
    step_rates.purchase_number = params.repeat_steps as is_and_more,
    step_rates.customers,
    step_rates.repeaters,
    step_rates.rate,
    step_rates.low,
    step_rates.high,
    step_rates.customers_365d,
    step_rates.repeaters_365d,
    step_rates.rate_365d,
    step_rates.low_365d,
    step_rates.high_365d,
    step_rates.median_gap_days,
    step_rates.median_gap_low,
    step_rates.median_gap_high,
    step_rates.median_gap_of_repeaters_days
from step_rates
cross join params
