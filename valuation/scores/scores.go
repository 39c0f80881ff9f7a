// Package scores makes the rows of backtest_scores: how models did on the shop's own past,
// figure by figure.
package scores

import (
	"fmt"
	"math"

	"cbv/valuation/backtest"
	"cbv/valuation/engine"
	"cbv/valuation/stat"
)

// Table is rows of backtest_scores under way.
type Table struct {
	HoldoutDays int // that the models forecast at the nearest cutoff, and after each
	Rows        []Row

	before   int // days from the cutoff to as_of
	days     int // that are forecast
	model    string
	isChosen bool
	target   string
}

// Row is a row of backtest_scores.
type Row struct {
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

// Candidate adds how one did at the nearest cutoff, of so many customers, some of whom had
// a repeat purchase.
func (t *Table) Candidate(c backtest.Candidate, isChosen bool, customers, repeaters int) {
	t.at(t.HoldoutDays, t.HoldoutDays)
	t.model, t.isChosen = c.Name, isChosen
	t.add("purchases", c.Purchases)
	t.add("margin", c.Margin)
	t.distribution(c.Purchasing, customers, repeaters)
}

// Baseline adds how one did.
func (t *Table) Baseline(b backtest.Baseline) {
	t.at(t.HoldoutDays, t.HoldoutDays)
	t.model, t.isChosen = b.Name, false
	t.add("purchases", b.Purchases)
	t.add("margin", b.Margin)
}

// Pool adds its scores at the nearest cutoff, its deviance and the family's at each, and by
// how much it was better over all.
func (t *Table) Pool(p backtest.Pooling, isChosen bool, customers, repeaters int) {
	t.model, t.isChosen = backtest.PoolName, isChosen
	t.at(t.HoldoutDays, t.HoldoutDays)
	if c := p.Scores; c != nil {
		t.add("purchases", c.Purchases)
		t.add("margin", c.Margin)
		t.distribution(c.Purchasing, customers, repeaters)
	}
	for _, c := range p.Cutoffs {
		t.at(c.Before, t.HoldoutDays)
		t.target = "purchases"
		if c.Before != t.HoldoutDays {
			t.put("deviance", 0, c.Customers, c.Deviance)
		}
		t.put("family_deviance", 0, c.Customers, c.FamilyDeviance)
	}
	t.gain(backtest.Purchases, p.Contest, p.Customers)
}

// gain adds by how much the challenger of a contest was better over all cutoffs.
func (t *Table) gain(target backtest.Target, held *backtest.Contest, customers int) {
	if held != nil {
		t.at(0, t.HoldoutDays)
		t.target = string(target)
		half := stat.Z * held.StandardError
		t.put("gain", 0, customers, held.Gain, held.Gain-half, held.Gain+half)
	}
}

// startsName stands for a model in the rows of the effects of first orders.
const startsName = "first_orders"

// Starts adds the deviances of a target with the effects of first orders and without at each
// cutoff where they could be fitted, and by how much those with them were better over all.
func (t *Table) Starts(target backtest.Target, s backtest.Starting, isChosen bool) {
	t.model, t.isChosen, t.target = startsName, isChosen, string(target)
	for _, c := range s.Cutoffs {
		t.at(c.Before, t.HoldoutDays)
		with, without := c.Deviances(target)
		t.put("deviance", 0, c.Customers, with)
		t.put("deviance_without", 0, c.Customers, without)
	}
	held := s.Purchases
	if target == backtest.Margin {
		held = s.Spend
	}
	t.gain(target, held, s.Customers)
}

// procedureName stands for a model in the rows of what would have been forecast on past
// days.
const procedureName = "procedure"

// Procedure adds what a run does: what it makes of the season and of past days, what it
// would have forecast at the cutoffs, and the tests of trust.
func (t *Table) Procedure(r backtest.Rolling, tests []backtest.Test) {
	t.model, t.isChosen = procedureName, false
	t.ratios(r)
	t.cutoffs(r)
	t.tests(tests, r.HoldoutDays)
}

// ratios adds what the season and what past days do to the forecast of today.
func (t *Table) ratios(r backtest.Rolling) {
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
func (t *Table) ratio(metric string, ratio backtest.Ratio) {
	t.put(metric, 0, len(ratio.Years), ratio.Multiplier)
	if ratio.Tested() {
		half := math.Exp(stat.Z * ratio.StandardError)
		t.put(metric+"_raw", 0, len(ratio.Years), ratio.Raw, ratio.Raw/half, ratio.Raw*half)
	}
}

// cutoffs adds what would have been forecast at each cutoff, with the ratio that was known
// there, and whether trust goes by it.
func (t *Table) cutoffs(r backtest.Rolling) {
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
func (t *Table) tests(tests []backtest.Test, holdoutDays int) {
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
				t.Rows[len(t.Rows)-1].Note = &note
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

// at sets the days that rows are of.
func (t *Table) at(daysBefore, days int) { t.before, t.days = daysBefore, days }

func (t *Table) put(metric string, decile int, n int, value float64, interval ...float64) {
	row := Row{
		DaysBefore: t.before, HoldoutDays: t.days, Model: t.model, IsChosen: t.isChosen, Target: t.target, Metric: metric, Decile: decile, Value: engine.Known(value), N: n,
	}
	if len(interval) == 2 {
		row.Low, row.High = engine.Known(interval[0]), engine.Known(interval[1])
	}
	t.Rows = append(t.Rows, row)
}

func (t *Table) add(target string, s backtest.Score) {
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

func (t *Table) deciles(deciles []stat.Decile) {
	for i, d := range deciles {
		t.put("mean_expected", i+1, d.Customers, d.Predicted)
		t.put("mean_actual", i+1, d.Customers, d.Actual)
	}
}

func (t *Table) distribution(d backtest.Distribution, n, repeaters int) {
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
