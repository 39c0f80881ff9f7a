package scoring

import (
	"context"
	"fmt"
	"math"

	"cbv/valuation/backtest"
	"cbv/valuation/engine"
)

// makeBacktestScores makes backtest_scores. Without a backtest it is empty.
func (s *Scoring) makeBacktestScores(ctx context.Context) error {
	var t scoreRows
	if result := s.holdout.result; result != nil {
		chosen := s.holdout.choice.Candidate
		for i := range result.Candidates {
			c := &result.Candidates[i]
			t.model, t.isChosen = c.Name, c == chosen && s.HasModel() && c.Name == s.modelName()
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
		t.rolling(s.rolling, s.judged)
	}
	return engine.Insert(ctx, s.Engine, "backtest_scores", t.rows)
}

// procedureName stands for a model in the rows of what would have been forecast on past
// days.
const procedureName = "procedure"

// rolling adds what the procedure forecast on past days: its ratios of today, its totals
// at each cutoff with the ratio that was known there, and the tests of trust.
func (t *scoreRows) rolling(r backtest.Rolling, judged backtest.Judgement) {
	t.isChosen = false
	for _, ratio := range r.Ratios {
		t.model, t.target = procedureName, string(ratio.Target)
		metric := fmt.Sprintf("season_%dd", ratio.WindowDays)
		if ratio.Tested() {
			t.put(metric+"_raw", 0, len(ratio.Years), ratio.Raw)
		}
		t.put(metric, 0, len(ratio.Years), ratio.Multiplier)
	}
	for _, target := range []backtest.Target{backtest.Purchases, backtest.Margin} {
		t.target = string(target)
		t.put("forecast_error", 0, len(r.Misses(target, nil)), math.Sqrt(r.ErrorVariance(target)))
	}
	for _, c := range r.Cutoffs {
		t.model = fmt.Sprintf("%s, %d days before", procedureName, c.Before)
		for i, target := range []backtest.Target{backtest.Purchases, backtest.Margin} {
			t.target = string(target)
			t.put("expected", 0, c.Customers, c.Totals[i].Expected)
			t.put("actual", 0, c.Customers, c.Totals[i].Actual)
			t.put("season", 0, len(c.Ratios[i].Years), c.Ratios[i].Multiplier)
		}
	}
	places := map[string]int{}
	for _, test := range judged.Tests {
		name := test.Name
		if test.Name == "baseline" {
			name += "_" + test.Group
		}
		t.model, t.target = procedureName, string(test.Target)
		key := name + t.target
		if test.Name == "cohort_age" || test.Name == "tenth" {
			places[key]++
		}
		failed := 0.
		if test.Failed {
			failed = 1
		}
		t.put("test_"+name+"_failed", places[key], test.Customers, failed)
		t.put("test_"+name+"_expected", places[key], test.Customers, test.Expected)
		t.put("test_"+name+"_actual", places[key], test.Customers, test.Actual)
	}
}

// scoreRows are rows of backtest_scores under way.
type scoreRows struct {
	model    string
	isChosen bool
	target   string
	rows     []backtestScore
}

// backtestScore is a row of backtest_scores.
type backtestScore struct {
	Model            string
	IsChosen         bool
	Target, Metric   string
	Decile           int
	Value, Low, High *float64
	N                int
}

func (t *scoreRows) put(metric string, decile int, n int, value float64, interval ...float64) {
	row := backtestScore{
		Model: t.model, IsChosen: t.isChosen, Target: t.target, Metric: metric, Decile: decile, Value: engine.Known(value), N: n,
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
