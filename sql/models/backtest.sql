-- backtest: how the models would have done from the cutoff to as_of, on the shop's
-- own past, beside two naive baselines.
--
-- grain: one row per (model, target, metric, decile)
-- reads: backtest_scores, params
select
    params.as_of,
    params.backtest_cutoff as cutoff,
    params.backtest_days as holdout_days,
    backtest_scores.model,
    backtest_scores.is_chosen,
    backtest_scores.target,
    backtest_scores.metric,
    backtest_scores.decile,
    backtest_scores.value,
    backtest_scores.low,
    backtest_scores.high,
    backtest_scores.n
from backtest_scores
cross join params
