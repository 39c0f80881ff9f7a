package batch

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/plan"
	"cbv/valuation/publication"
)

// BacktestReport says how the models do on the shop's own past.
type BacktestReport struct {
	AsOf     time.Time
	Verdict  publication.Backtest
	Chosen   string           // the model that a run would use; "" none
	Why      string           // that one
	Result   *backtest.Result // nil: there is nothing to test on
	Warnings []publication.Warning
}

// Backtest carries out the part of the plan that tests the models on the
// shop's own past, and writes nothing.
func Backtest(ctx context.Context, job Job) (BacktestReport, error) {
	job.Config.Run.Model = "" // the test fits its own
	r, err := rehearse(ctx, job, plan.Backtest)
	if err != nil {
		return BacktestReport{}, err
	}
	report := BacktestReport{AsOf: r.asOf, Verdict: r.verdict(), Result: r.holdout.result, Why: r.models.why}
	if len(r.models.groups) > 0 {
		report.Chosen = r.modelName()
		r.doubtForecast()
	}
	report.Warnings = r.warnings
	return report, refuseWarnings(job.Config, r.warnings)
}

// modelName names the model that values customers, as the backtest does.
func (r *run) modelName() string {
	if chosen := r.holdout.choice.Candidate; chosen != nil {
		return chosen.Name
	}
	return r.models.groups[wholeBase].purchase.Model.Name()
}

// doubtForecast warns of a model that has not stood its test.
func (r *run) doubtForecast() {
	switch verdict := r.verdict(); {
	case verdict.Trust == nil:
		r.warn("untested", "no backtest tells how far to trust the model: %s", verdict.Reason)
	case !*verdict.Trust:
		r.warn("not_trusted", "the figures that rest on the model do not deserve trust: %s", verdict.Reason)
	}
}

// verdict says whether the figures deserve trust.
func (r *run) verdict() publication.Backtest {
	h := r.holdout
	verdict := publication.Backtest{
		HoldoutDays: h.days, Customers: h.sampled, Known: h.customers, Newcomers: h.newcomers, Reason: h.untested,
	}
	if h.days > 0 {
		verdict.Cutoff = r.cutoff().Format(time.DateOnly)
	}
	if !math.IsNaN(r.drift.ratio) {
		verdict.Drift = &r.drift.ratio
	}
	if h.result == nil {
		return verdict
	}
	verdict.Seasonal = h.result.Seasonal
	chosen := h.choice.Candidate
	if chosen == nil {
		if len(h.choice.Reasons) > 0 {
			verdict.Reason = strings.Join(h.choice.Reasons, "; ")
		}
		return verdict
	}
	verdict.Purchases, verdict.Margin = forecastOf(chosen.Purchases), forecastOf(chosen.Margin)
	if len(r.models.groups) == 0 { // nothing to trust
		return verdict
	}
	doubts := slices.Clone(h.choice.Reasons)
	if h.choice.Trust == backtest.Untested {
		verdict.Reason = strings.Join(doubts, "; ")
		return verdict
	}
	if r.drift.doubt != "" {
		doubts = append(doubts, r.drift.doubt)
	}
	trust := len(doubts) == 0
	verdict.Trust, verdict.Reason = &trust, strings.Join(doubts, "; ")
	return verdict
}

func forecastOf(s backtest.Score) *publication.Forecast {
	forecast := publication.Forecast{Expected: s.Expected, Actual: s.Actual}
	if !math.IsNaN(s.Error) {
		forecast.Error, forecast.ErrorLow, forecast.ErrorHigh = &s.Error, &s.ErrorLow, &s.ErrorHigh
	}
	return &forecast
}
