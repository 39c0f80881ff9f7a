package scoring

import (
	"context"
	"fmt"
	"math"

	"cbv/valuation/backtest"
	"cbv/valuation/engine"
	"cbv/valuation/starts"
	"cbv/valuation/stat"
)

// makeBacktestScores makes backtest_scores. Without a backtest it is empty.
func (s *Scoring) makeBacktestScores(ctx context.Context) error {
	var t scoreRows
	if result := s.holdout.result; result != nil {
		t.at(s.intake.Holdout.Days, s.intake.Holdout.Days)
		chosen := s.holdout.choice.Candidate
		for i := range result.Candidates {
			c := &result.Candidates[i]
			t.model, t.isChosen = c.Name, c == chosen && s.HasModel() && c.Name == s.modelName() && !s.pooled.Chosen
			t.add("purchases", c.Purchases)
			t.add("margin", c.Margin)
			t.distribution(c.Purchasing, result.Customers, s.holdout.repeaters)
		}
		for _, b := range result.Baselines {
			t.model, t.isChosen = b.Name, false
			t.add("purchases", b.Purchases)
			t.add("margin", b.Margin)
		}
	}
	if s.HasModel() {
		t.model, t.isChosen = backtest.PoolName, s.pooled.Chosen
		t.pool(s.pooling, s.intake.Holdout.Days, int(s.holdout.sampled), s.holdout.repeaters)
		t.start(s.starting, s.started, s.intake.Holdout.Days)
		t.model, t.isChosen = procedureName, false
		t.ratios(s.rolling)
		t.cutoffs(s.rolling)
		t.tests(s.judged.Tests, s.rolling.HoldoutDays)
	}
	return engine.Insert(ctx, s.Engine, "backtest_scores", t.rows)
}

// pool adds its scores at the nearest cutoff, its deviance and the family's at each, and by
// how much it was better over all.
func (t *scoreRows) pool(p backtest.Pooling, holdoutDays, customers, repeaters int) {
	t.at(holdoutDays, holdoutDays)
	if c := p.Scores; c != nil {
		t.add("purchases", c.Purchases)
		t.add("margin", c.Margin)
		t.distribution(c.Purchasing, customers, repeaters)
	}
	for _, c := range p.Cutoffs {
		t.at(c.Before, holdoutDays)
		t.target = "purchases"
		if c.Before != holdoutDays {
			t.put("deviance", 0, c.Customers, c.Deviance)
		}
		t.put("family_deviance", 0, c.Customers, c.FamilyDeviance)
	}
	if c := p.Contest; c != nil {
		t.at(0, holdoutDays)
		t.target = "purchases"
		half := stat.Z * c.StandardError
		t.put("gain", 0, p.Customers, c.Gain, c.Gain-half, c.Gain+half)
	}
}

// startsName stands for a model in the rows of the effects of first orders.
const startsName = "first_orders"

// start adds the deviances with the effects of first orders and without at each cutoff where
// they could be fitted, and by how much those with them were better over all.
func (t *scoreRows) start(s backtest.Starting, of starts.Effects, holdoutDays int) {
	for _, target := range []struct {
		name    backtest.Target
		contest *backtest.Contest
		of      starts.Target
	}{{backtest.Purchases, s.Purchases, of.Purchases}, {backtest.Margin, s.Spend, of.Spend}} {
		t.model, t.isChosen, t.target = startsName, target.of.Chosen, string(target.name)
		for _, c := range s.Cutoffs {
			t.at(c.Before, holdoutDays)
			with, without := c.Deviances(target.name)
			t.put("deviance", 0, c.Customers, with)
			t.put("deviance_without", 0, c.Customers, without)
		}
		if c := target.contest; c != nil {
			t.at(0, holdoutDays)
			half := stat.Z * c.StandardError
			t.put("gain", 0, s.Customers, c.Gain, c.Gain-half, c.Gain+half)
		}
	}
}

// procedureName stands for a model in the rows of what would have been forecast on past
// days.
const procedureName = "procedure"

// ratios adds what the season and what past days do to the forecast of today.
func (t *scoreRows) ratios(r backtest.Rolling) {
	for _, ratio := range r.Ratios {
		t.at(0, ratio.WindowDays)
		t.target = string(ratio.Target)
		t.ratio(fmt.Sprintf("season_%dd", ratio.WindowDays), ratio)
	}
	t.at(0, r.HorizonDays)
	for _, target := range []backtest.Target{backtest.Purchases, backtest.Margin} {
		t.target = string(target)
		t.put("forecast_error", 0, len(r.Misses(target, nil)), math.Sqrt(r.ErrorVariance(target)))
	}
}

// ratio adds one after shrinking and, where a year shows it, before.
func (t *scoreRows) ratio(metric string, ratio backtest.Ratio) {
	t.put(metric, 0, len(ratio.Years), ratio.Multiplier)
	if ratio.Tested() {
		half := math.Exp(stat.Z * ratio.StandardError)
		t.put(metric+"_raw", 0, len(ratio.Years), ratio.Raw, ratio.Raw/half, ratio.Raw*half)
	}
}

// cutoffs adds what would have been forecast at each cutoff, with the ratio that was known
// there, and whether trust goes by it.
func (t *scoreRows) cutoffs(r backtest.Rolling) {
	for _, c := range r.Cutoffs {
		t.at(c.Before, r.HoldoutDays)
		for i, target := range []backtest.Target{backtest.Purchases, backtest.Margin} {
			t.target = string(target)
			total := c.Totals[i]
			t.put("expected", 0, c.Customers, total.Expected)
			t.put("actual", 0, c.Customers, total.Actual)
			if total.Actual > 0 {
				missed, half := total.Expected/total.Actual, math.Exp(stat.Z*math.Sqrt(total.Customers+total.Parameters))
				t.put("total_error", 0, c.Customers, missed-1, missed/half-1, missed*half-1)
			}
			t.put("is_judged", 0, c.Customers, oneIf(c.Judged))
			t.ratio("season", c.Ratios[i])
		}
	}
}

// tests adds those of trust. Of several of one kind the place is in decile, and whom each
// is of in its note.
func (t *scoreRows) tests(tests []backtest.Test, holdoutDays int) {
	t.at(0, holdoutDays)
	places := map[string]int{}
	for _, test := range tests {
		name := test.Name
		if test.Name == "baseline" {
			name += "_" + test.Group
		}
		t.target = string(test.Target)
		key := name + t.target
		if test.Name == "cohort_age" || test.Name == "tenth" {
			places[key]++
		}
		note := test.Group
		if test.Failed {
			note = test.Sentence
		}
		for _, figure := range []struct {
			name  string
			value float64
		}{
			{"_failed", oneIf(test.Failed)}, {"_expected", test.Expected}, {"_actual", test.Actual}, {"_standard_error", test.StandardError},
		} {
			t.put("test_"+name+figure.name, places[key], test.Customers, figure.value)
			if note != "" {
				t.rows[len(t.rows)-1].Note = &note
			}
		}
	}
}

// oneIf is 1 for what is so, else 0.
func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// scoreRows are rows of backtest_scores under way.
type scoreRows struct {
	before   int // days from the cutoff to as_of
	days     int // that are forecast
	model    string
	isChosen bool
	target   string
	rows     []backtestScore
}

// backtestScore is a row of backtest_scores.
type backtestScore struct {
	DaysBefore       int
	HoldoutDays      int
	Model            string
	IsChosen         bool
	Target, Metric   string
	Decile           int
	Value, Low, High *float64
	N                int
	Note             *string
}

// at sets the days that rows are of.
func (t *scoreRows) at(daysBefore, days int) { t.before, t.days = daysBefore, days }

func (t *scoreRows) put(metric string, decile int, n int, value float64, interval ...float64) {
	row := backtestScore{
		DaysBefore: t.before, HoldoutDays: t.days, Model: t.model, IsChosen: t.isChosen, Target: t.target, Metric: metric, Decile: decile, Value: engine.Known(value), N: n,
	}
	if len(interval) == 2 {
		row.Low, row.High = engine.Known(interval[0]), engine.Known(interval[1])
	}
	t.rows = append(t.rows, row)
}

func (t *scoreRows) add(target string, s backtest.Score) {
	t.target = target
	n := 0
	for _, d := range s.Deciles {
		n += d.Customers
	}
	t.put("deviance", 0, n, s.Deviance)
	t.put("expected", 0, n, s.Expected)
	t.put("actual", 0, n, s.Actual)
	t.put("total_error", 0, n, s.Error, s.ErrorLow, s.ErrorHigh)
	t.put("mae", 0, n, s.MAE)
	t.put("rmse", 0, n, s.RMSE)
	t.put("spearman", 0, n, s.Spearman)
	t.deciles(s.Deciles)
}

func (t *scoreRows) deciles(deciles []backtest.Decile) {
	for i, d := range deciles {
		t.put("mean_expected", i+1, d.Customers, d.Predicted)
		t.put("mean_actual", i+1, d.Customers, d.Actual)
	}
}

func (t *scoreRows) distribution(d backtest.Distribution, n, repeaters int) {
	t.target = "purchases"
	t.put("pit_share", 0, n, d.PITShare)
	t.put("pit_share_repeaters", 0, repeaters, d.PITShareRepeaters)
	for i, customers := range d.PIT {
		t.put("pit", i+1, customers, float64(customers)/float64(n))
	}
	t.put("coverage_80", 0, n, d.Coverage)
	t.put("expected_coverage_80", 0, n, d.ExpectedCoverage)
	t.target = "p_purchase"
	t.put("brier", 0, n, d.Brier)
	t.deciles(d.Deciles)
}
