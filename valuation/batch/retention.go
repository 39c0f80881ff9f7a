package batch

import (
	"context"
	"database/sql/driver"

	"cbv/valuation/engine"
	"cbv/valuation/stat"
)

// The two rates of retention_counts whose difference says where repeat purchases
// are going.
const (
	latestRepeatRate  = "repeat_rate_90d_last_12m"
	earlierRepeatRate = "repeat_rate_90d_12m_before"
)

// retentionRates gives each share of retention_counts its interval, and adds the
// change of the repeat purchase rate from one year's cohorts to the next. A share
// of nobody is null, not 0.
func retentionRates(ctx context.Context, r *run) error {
	type count struct{ counted, customers int64 }
	counts := map[string]count{}
	var rows [][]driver.Value
	add := func(metric string, customers int64, figures ...driver.Value) {
		if len(figures) == 0 {
			figures = []driver.Value{nil, nil, nil}
		}
		rows = append(rows, append([]driver.Value{metric, customers}, figures...))
	}
	err := r.engine.Each(ctx, "retention_counts", []string{"metric", "counted", "customers"}, func(v []driver.Value) error {
		metric, c := v[0].(string), count{v[1].(int64), v[2].(int64)}
		counts[metric] = c
		if c.customers == 0 {
			add(metric, 0)
			return nil
		}
		low, high := stat.Wilson(c.counted, c.customers)
		add(metric, c.customers, float64(c.counted)/float64(c.customers), low, high)
		return nil
	})
	if err != nil {
		return err
	}
	latest, earlier := counts[latestRepeatRate], counts[earlierRepeatRate]
	both := latest.customers + earlier.customers
	if latest.customers == 0 || earlier.customers == 0 {
		add("repeat_rate_90d_change", both)
	} else {
		difference, low, high := stat.ProportionDifference(latest.counted, latest.customers, earlier.counted, earlier.customers)
		add("repeat_rate_90d_change", both, difference, low, high)
	}
	return r.engine.Rows(ctx, "retention_rates", []engine.Column{
		{Name: "metric", Type: "varchar"}, {Name: "n", Type: "bigint"},
		{Name: "value", Type: "double"}, {Name: "low", Type: "double"}, {Name: "high", Type: "double"},
	}, rows)
}
