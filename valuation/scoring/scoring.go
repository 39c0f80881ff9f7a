// Package scoring carries out the Go steps about models: it tests them on the shop's
// own past, chooses and fits one, scores each distinct history once, and gives
// totals their intervals.
package scoring

import (
	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/calendar"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/rfm"
	"cbv/valuation/starts"
	"cbv/valuation/stat"
)

// wholeBase is the fit group of everybody.
const wholeBase = 0

// Scoring is what a plan knows of its models.
type Scoring struct {
	*pipeline.Context
	intake *intake.Intake
	reused RunModel // not set: the models are fitted
	// Refit says why run.model: auto fits the models anew, "" where it does not.
	Refit string

	groups  []fitGroup // that could have parameters of their own: fit groups 1, 2, …
	holdout holdout
	rolling backtest.Rolling // of the models that value customers; no cutoffs: there is none
	judged  backtest.Judgement
	narrow  *NarrowInterval // of the base's value, nil where it has none
	models  models
	pooled  pooled
	pooling backtest.Pooling // of the backtest

	starts   starts.Values     // what first purchases were at past days
	started  starts.Effects    // effects of that
	starting backtest.Starting // of the backtest

	// seasonal is, by the days of a forecast, those of a year without a season that bring
	// as much.
	seasonal map[float64]float64
	twelfths stat.Twelfths // of the trailing 12 months, in which new customers have shown their level

	regularity *float64 // of the gaps between purchases; nil where it is not known

	form   spend.Form            // of the spend model
	levels spendLevels           // of the histories to as_of
	curve  []calendar.MonthAhead // the months to come of the margin curve
	cuts   rfm.Cuts
}

// New returns the scoring of a plan, which reuses the parameters of a run where one
// is given.
func New(c *pipeline.Context, in *intake.Intake, reused RunModel) *Scoring {
	return &Scoring{Context: c, intake: in, reused: reused}
}

// Actions are the Go steps of scoring.
func (s *Scoring) Actions() pipeline.Actions {
	return pipeline.Actions{
		"candidate_groups": s.makeCandidateGroups,
		"backtest_fits":    s.fitBacktest,
		"fit":              s.fit,
		"tracked_weeks":    s.trackWeeks,
		"start_effects":    s.makeStartEffects,
		"alive_year_ago":   s.countAliveYearAgo,
		"rfm_cuts":         s.makeRFMCuts,
		"pooled_spends":    s.makePooledSpends,
		"newcomer_curve":   s.makeNewcomerCurve,
		"value_intervals":  s.makeValueIntervals,
	}
}

// HasModel reports whether there is a model to value customers by.
func (s *Scoring) HasModel() bool { return len(s.models.groups) > 0 }

// horizon returns the days over which value is counted, and the discount rate a
// day.
func (s *Scoring) horizon() (days, delta float64) {
	return float64(s.Config.Value.HorizonDays), btyd.Discounting(s.Config.Value.DiscountRate, 365)
}
