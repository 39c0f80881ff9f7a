package scoring

import (
	"context"

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
	return engine.Insert(ctx, s.Engine, "backtest_scores", t.rows)
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
