-- backtest: how the models would have done from the cutoff to as_of, on the shop's
-- own past, beside two naive baselines; and how what a run does would have done from each
-- cutoff, with what it does to the forecast of today, whose cutoff is as_of.
--
-- grain: one row per (cutoff, model, target, metric, decile)
-- reads: backtest_scores, params
select
    params.as_of,
    days_after(params.as_of, -backtest_scores.days_before) as cutoff,
    backtest_scores.holdout_days,
    backtest_scores.model,
    backtest_scores.is_chosen,
    backtest_scores.target,
    backtest_scores.metric,
    backtest_scores.decile,
    backtest_scores.value,
    backtest_scores.low,
    backtest_scores.high,
    backtest_scores.n,
    backtest_scores.note
from backtest_scores
cross join params
