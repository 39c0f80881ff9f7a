-- measure: the measurement of a campaign, figure by figure.
--
-- grain: one row per (arm, versus, metric, estimate)
-- reads: measured_figures, campaign_terms, params
select
    params.as_of,
    campaign_terms.campaign,
    measured_figures.arm,
    measured_figures.versus,
    measured_figures.metric,
    measured_figures.estimate,
    measured_figures.value,
    measured_figures.low,
    measured_figures.high,
    measured_figures.sequential_low,
    measured_figures.sequential_high,
    measured_figures.standard_error,
    measured_figures.p_value,
    measured_figures.unit,
    measured_figures.n,
    measured_figures.reason
from measured_figures
cross join campaign_terms
cross join params
