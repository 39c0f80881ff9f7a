package retention

import (
	"context"
	"math"
	"time"

	"cbv/valuation/engine"
	"cbv/valuation/stat"
)

// scope says which customers a row is of.
type scope struct {
	Scope       string
	CohortMonth *time.Time
	Channel     *string
}

// repeatCount is a row of repeat_counts.
type repeatCount struct {
	scope
	WindowDays           *int64 // null: as long as the customer is known
	Customers, Repeaters int64
}

// repeatRate is a row of repeat_rates.
type repeatRate struct {
	repeatCount
	Rate, Low, High *float64
}

// makeRepeatRates gives each repeat purchase rate its interval. A rate that nobody
// is old enough for is null, not 0.
func (r *Retention) makeRepeatRates(ctx context.Context) error {
	counts, err := engine.All[repeatCount](ctx, r.Engine, "repeat_counts")
	if err != nil {
		return err
	}
	var rates []repeatRate
	for _, count := range counts {
		rate := repeatRate{repeatCount: count}
		rate.Rate, rate.Low, rate.High = share(count.Repeaters, count.Customers)
		rates = append(rates, rate)
	}
	return engine.Insert(ctx, r.Engine, "repeat_rates", rates)
}

// repeatTime is a row of repeat_times.
type repeatTime struct {
	scope
	Day, Events, Censored int64
}

// repeatProbability is a row of repeat_probabilities.
type repeatProbability struct {
	scope
	Day, AtRisk, Events int64
	RepeatProbability   float64
	Low, High           *float64
}

// scopeKey is a scope to group by; the zero time and a false hasChannel stand for
// null.
type scopeKey struct {
	scope      string
	month      time.Time
	channel    string
	hasChannel bool
}

func keyOf(s scope) scopeKey {
	key := scopeKey{scope: s.Scope, hasChannel: s.Channel != nil}
	if s.CohortMonth != nil {
		key.month = *s.CohortMonth
	}
	if s.Channel != nil {
		key.channel = *s.Channel
	}
	return key
}

// makeRepeatProbabilities draws the curve of the time to a second purchase of each
// scope: the Kaplan-Meier estimate, turned from survival to repeating.
func (r *Retention) makeRepeatProbabilities(ctx context.Context) error {
	scopes := map[scopeKey]scope{}
	times := map[scopeKey][]stat.EventCount{}
	for row, err := range engine.Select[repeatTime](ctx, r.Engine, "repeat_times") {
		if err != nil {
			return err
		}
		key := keyOf(row.scope)
		scopes[key] = row.scope
		times[key] = append(times[key], stat.EventCount{Day: row.Day, Events: row.Events, Censored: row.Censored})
	}
	var curve []repeatProbability
	for key, counts := range times { // in any order: the file is sorted
		for _, p := range stat.KaplanMeier(counts) {
			curve = append(curve, repeatProbability{
				scopes[key], p.Day, p.AtRisk, p.Events, 1 - p.Survival, engine.Known(1 - p.High), engine.Known(1 - p.Low),
			})
		}
	}
	return engine.Insert(ctx, r.Engine, "repeat_probabilities", curve)
}

// concentrationRow is a row of revenue_concentration.
type concentrationRow struct {
	Metric string
	Value  *float64
	N      int64
	Unit   string
}

// makeConcentration finds how much of the revenue lies with how few.
func (r *Retention) makeConcentration(ctx context.Context) error {
	holders, err := engine.All[struct{ RevenueMinor, Customers int64 }](ctx, r.Engine, "revenue_holders")
	if err != nil {
		return err
	}
	var holdings []stat.Holding
	for _, holder := range holders {
		holdings = append(holdings, stat.Holding{Amount: holder.RevenueMinor, Holders: holder.Customers})
	}
	spread := stat.SpreadOf(holdings)
	var rows []concentrationRow
	for _, top := range []struct {
		metric  string
		percent int64
	}{
		{"top_1_percent_share", 1}, {"top_5_percent_share", 5}, {"top_10_percent_share", 10}, {"top_20_percent_share", 20},
	} {
		holders, share := spread.Top(top.percent)
		rows = append(rows, concentrationRow{top.metric, engine.Known(share), holders, "share"})
	}
	above := float64(spread.Above(10))
	if spread.Total == 0 {
		above = math.NaN() // above a tenth of nothing is nobody's place
	}
	return engine.Insert(ctx, r.Engine, "revenue_concentration", append(rows,
		concentrationRow{"customers_above_10_percent", engine.Known(above), spread.Holders, "customers"},
		concentrationRow{"largest_customer_share", engine.Known(spread.Largest()), 1, "share"},
		concentrationRow{"gini", engine.Known(spread.Gini()), spread.Holders, "index"},
	))
}

// valueBand is a row of value_bands: customers of FromMinor or more and below BelowMinor,
// nil where the band is open.
type valueBand struct {
	Place                 int64
	FromMinor, BelowMinor *int64
}

// makeValueBands makes value_bands: below 0, 0, and on in steps of 1, 2 and 5 to beyond
// what any customer is worth.
func (r *Retention) makeValueBands(ctx context.Context) error {
	var bounds []int64
	for step := int64(1); step <= 1e15; step *= 10 {
		bounds = append(bounds, step, 2*step, 5*step)
	}
	zero := int64(0)
	rows := []valueBand{{0, nil, &zero}, {1, &zero, &bounds[0]}}
	for i := range bounds {
		band := valueBand{Place: int64(len(rows)), FromMinor: &bounds[i]}
		if i+1 < len(bounds) {
			band.BelowMinor = &bounds[i+1]
		}
		rows = append(rows, band)
	}
	return engine.Insert(ctx, r.Engine, "value_bands", rows)
}

// share returns a share with its 95 % interval (Wilson), nil where there is nobody.
func share(counted, of int64) (value, low, high *float64) {
	if of == 0 {
		return nil, nil, nil
	}
	rate := float64(counted) / float64(of)
	from, to := stat.Wilson(counted, of)
	return &rate, &from, &to
}
