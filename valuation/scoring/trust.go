package scoring

import (
	"math"
	"strings"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
)

// BacktestReport says how the models do on the shop's own past.
type BacktestReport struct {
	AsOf     time.Time
	Verdict  publication.Backtest
	Chosen   string           // the model that a run would use; "" none
	Why      string           // that one
	Spend    string           // which purchases its model of spend sees; "" where there is none
	WhySpend string           // these
	Result   *backtest.Result // nil: there is nothing to test on
	Rolling  backtest.Rolling // of the model that a run would use
	Past     backtest.Past    // the past days that it all rests on
	Warnings []pipeline.Warning
}

// BacktestReport reports how the models do, and warns of what speaks against them.
func (s *Scoring) BacktestReport() BacktestReport {
	report := BacktestReport{AsOf: s.Days.AsOf, Verdict: s.Verdict(), Result: s.holdout.result, Rolling: s.rolling, Past: s.holdout.past, Why: s.models.why}
	if s.HasModel() {
		report.Chosen = s.modelName()
		report.Spend, report.WhySpend = s.form.Name(), s.whySpend()
		s.WarnOfTrust()
	}
	report.Warnings = s.Warnings
	return report
}

// modelName names the model that values customers, as the backtest does.
func (s *Scoring) modelName() string {
	name := s.models.groups[wholeBase].Purchase.Model.Name()
	if tested := s.holdout.choice.Candidate; tested != nil && tested.Family == name {
		return tested.Name
	}
	return name
}

// WarnOfTrust warns of a model that has not stood its test.
func (s *Scoring) WarnOfTrust() {
	switch verdict := s.Verdict(); {
	case verdict.Trust == nil:
		s.Warn("untested", "nothing shows whether the figures that rest on the model deserve trust: %s", verdict.Reason)
	case !*verdict.Trust:
		s.Warn("not_trusted", "the figures that rest on the model do not deserve trust: %s", verdict.Reason)
	}
}

// Verdict says whether the figures deserve trust.
func (s *Scoring) Verdict() publication.Backtest {
	h, days := s.holdout, s.intake.Holdout.Days
	verdict := publication.Backtest{
		HoldoutDays: days, Customers: h.sampled, Known: h.customers, Newcomers: h.newcomers, Reason: h.untested,
	}
	if days > 0 {
		verdict.Cutoff = s.intake.Cutoff().Format(time.DateOnly)
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
	verdict.Notes = h.choice.Notes
	verdict.Purchases, verdict.Margin = forecastOf(chosen.Purchases), forecastOf(chosen.Margin)
	if !s.HasModel() { // nothing to trust
		return verdict
	}
	verdict.Season, verdict.ForecastError = s.publishedSeason(), math.Sqrt(s.rolling.ErrorVariance(backtest.Margin))
	verdict.Reason = strings.Join(s.judged.Reasons, "; ")
	if len(s.judged.Besides) > 0 {
		verdict.Reason += "; besides, untested: " + strings.Join(s.judged.Besides, "; ")
	}
	if s.judged.Trust != backtest.Untested {
		trust := s.judged.Trust == backtest.Trusted
		verdict.Trust = &trust
	}
	if s.judged.Trust == backtest.Trusted {
		verdict.Reason = s.rolling.Held(s.judged)
	}
	return verdict
}

// publishedSeason is what a manifest has of the ratios of the horizon, nil where its season
// is untested.
func (s *Scoring) publishedSeason() *publication.Season {
	purchases, margin := s.rolling.Ratio(backtest.Purchases, s.rolling.HorizonDays), s.rolling.Ratio(backtest.Margin, s.rolling.HorizonDays)
	if !purchases.Tested() {
		return nil
	}
	return &publication.Season{
		Years:     len(purchases.Years),
		Purchases: publication.SeasonRatio{Raw: purchases.Raw, Multiplier: purchases.Multiplier},
		Margin:    publication.SeasonRatio{Raw: margin.Raw, Multiplier: margin.Multiplier},
	}
}

func forecastOf(s backtest.Score) *publication.Forecast {
	forecast := publication.Forecast{Expected: s.Expected, Actual: s.Actual}
	if !math.IsNaN(s.Error) {
		forecast.Error, forecast.ErrorLow, forecast.ErrorHigh = &s.Error, &s.ErrorLow, &s.ErrorHigh
	}
	return &forecast
}
