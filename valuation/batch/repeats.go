package batch

import (
	"context"
	"database/sql/driver"
	"math"
	"slices"
	"time"

	"cbv/valuation/engine"
	"cbv/valuation/stat"
)

// scopeColumns say which customers a row is of.
var scopeColumns = []engine.Column{
	{Name: "scope", Type: "varchar"}, {Name: "cohort_month", Type: "date"}, {Name: "channel", Type: "varchar"},
}

// repeatRates gives each repeat purchase rate its interval. A rate that nobody
// is old enough for is null, not 0.
func repeatRates(ctx context.Context, r *run) error {
	var rows [][]driver.Value
	columns := []string{"scope", "cohort_month", "channel", "window_days", "customers", "repeaters"}
	err := r.engine.EachOrNull(ctx, "repeat_counts", columns, func(v []driver.Value) error {
		row := append(slices.Clone(v), nil, nil, nil)
		if customers, repeaters := v[4].(int64), v[5].(int64); customers > 0 {
			low, high := stat.Wilson(repeaters, customers)
			row[6], row[7], row[8] = float64(repeaters)/float64(customers), low, high
		}
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		return err
	}
	return r.engine.Rows(ctx, "repeat_rates", append(slices.Clip(scopeColumns), []engine.Column{
		{Name: "window_days", Type: "bigint"}, {Name: "customers", Type: "bigint"}, {Name: "repeaters", Type: "bigint"},
		{Name: "rate", Type: "double"}, {Name: "low", Type: "double"}, {Name: "high", Type: "double"},
	}...), rows)
}

// scopeKey is the identity of a scope's rows; the zero time and a false
// hasChannel stand for null.
type scopeKey struct {
	scope      string
	month      time.Time
	channel    string
	hasChannel bool
}

func scopeOf(v []driver.Value) scopeKey {
	key := scopeKey{scope: v[0].(string)}
	key.month, _ = v[1].(time.Time)
	key.channel, key.hasChannel = v[2].(string)
	return key
}

func (k scopeKey) values() []driver.Value {
	row := []driver.Value{k.scope, nil, nil}
	if !k.month.IsZero() {
		row[1] = k.month
	}
	if k.hasChannel {
		row[2] = k.channel
	}
	return row
}

// repeatProbabilities draws the curve of the time to a second purchase of each
// scope: the Kaplan-Meier estimate, turned from survival to repeating.
func repeatProbabilities(ctx context.Context, r *run) error {
	waits := map[scopeKey][]stat.EventCount{}
	columns := []string{"scope", "cohort_month", "channel", "day", "events", "censored"}
	err := r.engine.EachOrNull(ctx, "repeat_waits", columns, func(v []driver.Value) error {
		key := scopeOf(v)
		waits[key] = append(waits[key], stat.EventCount{Day: v[3].(int64), Events: v[4].(int64), Censored: v[5].(int64)})
		return nil
	})
	if err != nil {
		return err
	}
	var rows [][]driver.Value
	for key, counts := range waits { // in any order: the file is sorted
		for _, p := range stat.KaplanMeier(counts) {
			rows = append(rows, append(key.values(), p.Day, p.AtRisk, p.Events, 1-p.Survival, known(1-p.High), known(1-p.Low)))
		}
	}
	return r.engine.Rows(ctx, "repeat_probabilities", append(slices.Clip(scopeColumns), []engine.Column{
		{Name: "day", Type: "bigint"}, {Name: "at_risk", Type: "bigint"}, {Name: "events", Type: "bigint"},
		{Name: "repeat_probability", Type: "double"}, {Name: "low", Type: "double"}, {Name: "high", Type: "double"},
	}...), rows)
}

// known is a number for SQL: null for NaN.
func known(value float64) driver.Value {
	if math.IsNaN(value) {
		return nil
	}
	return value
}

// revenueConcentration says how much of the revenue lies with how few.
func revenueConcentration(ctx context.Context, r *run) error {
	var holdings []stat.Holding
	err := r.engine.Each(ctx, "revenue_holders", []string{"revenue_minor", "customers"}, func(v []driver.Value) error {
		holdings = append(holdings, stat.Holding{Amount: v[0].(int64), Holders: v[1].(int64)})
		return nil
	})
	if err != nil {
		return err
	}
	spread := stat.SpreadOf(holdings)
	var rows [][]driver.Value
	add := func(metric string, value float64, n int64, unit string) {
		rows = append(rows, []driver.Value{metric, known(value), n, unit})
	}
	for _, top := range []struct {
		metric  string
		percent int64
	}{
		{"top_1_percent_share", 1}, {"top_5_percent_share", 5}, {"top_10_percent_share", 10}, {"top_20_percent_share", 20},
	} {
		holders, share := spread.Top(top.percent)
		add(top.metric, share, holders, "share")
	}
	above := float64(spread.Above(10))
	if spread.Total == 0 {
		above = math.NaN() // above a tenth of nothing is nobody's place
	}
	add("customers_above_10_percent", above, spread.Holders, "customers")
	add("largest_customer_share", spread.Largest(), 1, "share")
	add("gini", spread.Gini(), spread.Holders, "index")
	return r.engine.Rows(ctx, "revenue_concentration", []engine.Column{
		{Name: "metric", Type: "varchar"}, {Name: "value", Type: "double"}, {Name: "n", Type: "bigint"}, {Name: "unit", Type: "varchar"},
	}, rows)
}
