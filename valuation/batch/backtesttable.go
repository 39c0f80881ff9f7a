package batch

import (
	"context"
	"database/sql/driver"

	"cbv/valuation/backtest"
	"cbv/valuation/engine"
)

// backtestTable makes backtest_scores. Without a backtest it is empty.
func (r *run) backtestTable(ctx context.Context) error {
	var t scoreRows
	if result := r.holdout.result; result != nil {
		chosen := r.holdout.choice.Candidate
		for i := range result.Candidates {
			c := &result.Candidates[i]
			t.model, t.isChosen = c.Name, c == chosen
			t.add("purchases", c.Purchases)
			t.add("margin", c.Margin)
			t.distribution(c.Purchasing, result.Customers, r.holdout.repeaters)
		}
		for _, b := range result.Baselines {
			t.model, t.isChosen = b.Name, false
			t.add("purchases", b.Purchases)
			t.add("margin", b.Margin)
		}
	}
	return r.engine.Rows(ctx, "backtest_scores", []engine.Column{
		{Name: "model", Type: "varchar"}, {Name: "is_chosen", Type: "boolean"}, {Name: "target", Type: "varchar"},
		{Name: "metric", Type: "varchar"}, {Name: "decile", Type: "bigint"},
		{Name: "value", Type: "double"}, {Name: "low", Type: "double"}, {Name: "high", Type: "double"}, {Name: "n", Type: "bigint"},
	}, t.rows)
}

// judgeReused judges the model whose parameters are reused, as the backtest fits
// it.
func (r *run) judgeReused() {
	if h := &r.holdout; h.result != nil {
		name := r.models.groups[wholeBase].purchase.Model.Name()
		h.choice = h.result.Judge(name, len(r.models.channels()) > 0)
	}
}

// scoreRows are rows of backtest_scores under way.
type scoreRows struct {
	model    string
	isChosen bool
	target   string
	rows     [][]driver.Value
}

func (t *scoreRows) put(metric string, decile int, n int, value float64, interval ...float64) {
	row := []driver.Value{t.model, t.isChosen, t.target, metric, int64(decile), known(value), nil, nil, int64(n)}
	if len(interval) == 2 {
		row[6], row[7] = known(interval[0]), known(interval[1])
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
