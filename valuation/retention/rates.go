package retention

import (
	"context"

	"cbv/valuation/engine"
	"cbv/valuation/stat"
)

// The two rates of retention_counts whose difference says where repeat purchases
// are going.
const (
	latestRepeatRate  = "repeat_rate_90d_last_12m"
	earlierRepeatRate = "repeat_rate_90d_12m_before"
)

// retentionCount is a row of retention_counts.
type retentionCount struct {
	Metric             string
	Counted, Customers int64
}

// retentionRate is a row of retention_rates. What nobody shows is null, not 0.
type retentionRate struct {
	Metric           string
	N                int64
	Value, Low, High *float64
}

// makeRetentionRates gives each share of retention_counts its interval, and adds the
// change of the repeat purchase rate from one year's cohorts to the next.
func (r *Retention) makeRetentionRates(ctx context.Context) error {
	counts, err := engine.All[retentionCount](ctx, r.Engine, "retention_counts")
	if err != nil {
		return err
	}
	var rates []retentionRate
	var latest, earlier retentionCount
	for _, count := range counts {
		switch count.Metric {
		case latestRepeatRate:
			latest = count
		case earlierRepeatRate:
			earlier = count
		}
		rate := retentionRate{Metric: count.Metric, N: count.Customers}
		rate.Value, rate.Low, rate.High = share(count.Counted, count.Customers)
		rates = append(rates, rate)
	}
	change := retentionRate{Metric: "repeat_rate_90d_change", N: latest.Customers + earlier.Customers}
	if latest.Customers > 0 && earlier.Customers > 0 {
		difference, low, high := stat.ProportionDifference(latest.Counted, latest.Customers, earlier.Counted, earlier.Customers)
		change.Value, change.Low, change.High = &difference, &low, &high
	}
	return engine.Insert(ctx, r.Engine, "retention_rates", append(rates, change))
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
