package scoring

import (
	"fmt"
	"math"
	"strings"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/pastdays"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/starts"
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
	Pooling  backtest.Pooling // beside its family
	IsPooled bool             // a run would distribute the model's totals by the pool
	WhyPool  string           // it would, or not; "" where nothing could be tested
	Started  starts.Effects   // of first orders
	Warnings []pipeline.Warning
}

// BacktestReport reports how the models do, and warns of what speaks against them.
func (s *Scoring) BacktestReport() BacktestReport {
	report := BacktestReport{
		AsOf: s.Days.AsOf, Verdict: s.Verdict(), Result: s.holdout.result, Rolling: s.rolling, Why: s.models.why,
		Pooling: s.pooling, IsPooled: s.pooled.Chosen, WhyPool: s.pooled.Why, Started: s.started,
	}
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
		verdict.Reason = s.withSeason(verdict.Reason)
		return verdict
	}
	verdict.Seasonal = h.result.Seasonal
	if h.choice.Candidate == nil {
		verdict.Reason = s.withSeason(s.whyUntested())
		for _, none := range h.result.Unfitted {
			verdict.Notes = append(verdict.Notes, none.Error())
		}
		return verdict
	}
	verdict.Notes = h.choice.Notes
	for _, cutoff := range s.rolling.Cutoffs {
		if cutoff.Before == days {
			verdict.Purchases, verdict.Margin = publication.ForecastOf(cutoff.Totals[0]), publication.ForecastOf(cutoff.Totals[1])
		}
	}
	if !s.HasModel() { // nothing to trust
		return verdict
	}
	verdict.Season, verdict.ForecastError = s.publishedSeason(), math.Sqrt(s.rolling.ErrorVariance(backtest.Margin))
	verdict.Reason = strings.Join(s.judged.Reasons, "; ")
	verdict.Untested = s.judged.Besides
	for _, c := range s.rolling.Judged() {
		verdict.Judged = append(verdict.Judged, publication.JudgedForecast{
			Cutoff: s.Days.AsOf.AddDate(0, 0, -c.Before).Format(time.DateOnly), Purchases: *publication.ForecastOf(c.Totals[0]), Margin: *publication.ForecastOf(c.Totals[1]),
		})
	}
	verdict.Together = publication.Together(verdict.Judged)
	if s.judged.Trust != backtest.Untested {
		trust := s.judged.Trust == backtest.Trusted
		verdict.Trust = &trust
	}
	if s.judged.Trust == backtest.Trusted {
		verdict.Reason = s.rolling.Held(s.judged)
		return verdict
	}
	verdict.Reasons, verdict.MayBeWhy = s.judged.Reasons, pastdays.MayBeWhy(s.rolling.Untestable())
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
		LacksDays: s.rolling.SeasonLacksDays(),
	}
}

// whyUntested says why no model forecasts the holdout. What stopped the fits is for the
// notes.
func (s *Scoring) whyUntested() string {
	h, cutoff := s.holdout, s.intake.Cutoff().Format(time.DateOnly)
	switch {
	case len(h.result.Unfitted) == 0:
		return h.untested
	case h.repeaters < backtest.LeastRepeaters:
		return fmt.Sprintf("too few customers, %d, had bought again by %s to fit a model there", h.repeaters, cutoff)
	}
	return fmt.Sprintf("%d of %d customers had bought again by %s, and no model fits how they bought", h.repeaters, h.sampled, cutoff)
}

// withSeason adds to why nothing is tested that the season is not either.
func (s *Scoring) withSeason(why string) string {
	if season := s.rolling.UntestedSeason(); s.HasModel() && season != "" {
		return why + "; " + season
	}
	return why
}
