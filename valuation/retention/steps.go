package retention

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"cbv/valuation/engine"
	"cbv/valuation/stat"
)

// stepTime is a row of step_times.
type stepTime struct {
	PurchaseNumber, Day, Events, Censored, Mature, MatureEvents int64
}

// stepRate is a row of step_rates: from one purchase to the next. A nil rate is not
// known yet.
type stepRate struct {
	PurchaseNumber       int64
	Customers, Repeaters int64
	Rate, Low, High      *float64
	Customers365d        int64    `col:"customers_365d"`
	Repeaters365d        int64    `col:"repeaters_365d"`
	Rate365d             *float64 `col:"rate_365d"`
	Low365d              *float64 `col:"low_365d"`
	High365d             *float64 `col:"high_365d"`
	MedianGapDays        *int64
	MedianGapLow         *int64
	MedianGapHigh        *int64
	MedianGapOfRepeaters *int64 `col:"median_gap_of_repeaters_days"`
}

// makeStepRates says of each purchase how many went on to the next, and when.
func (r *Retention) makeStepRates(ctx context.Context) error {
	steps := map[int64][]stepTime{}
	for row, err := range engine.Select[stepTime](ctx, r.Engine, "step_times") {
		if err != nil {
			return err
		}
		steps[row.PurchaseNumber] = append(steps[row.PurchaseNumber], row)
	}
	var rates []stepRate
	for _, number := range slices.Sorted(maps.Keys(steps)) {
		rates = append(rates, rateOf(number, steps[number]))
	}
	return engine.Insert(ctx, r.Engine, "step_rates", rates)
}

// rateOf returns the step from the purchase of the number, of which times are all. While
// nobody has been watched for a day after it there is no rate.
func rateOf(number int64, times []stepTime) stepRate {
	step := stepRate{PurchaseNumber: number}
	slices.SortFunc(times, func(a, b stepTime) int { return cmp.Compare(a.Day, b.Day) })
	var ends []stat.EventCount
	for _, t := range times {
		step.Customers += t.Events + t.Censored
		step.Repeaters += t.Events
		step.Customers365d += t.Mature
		step.Repeaters365d += t.MatureEvents
		ends = append(ends, stat.EventCount{Day: t.Day, Events: t.Events, Censored: t.Censored})
	}
	if len(times) > 0 && times[len(times)-1].Day > 0 {
		step.Rate, step.Low, step.High = share(step.Repeaters, step.Customers)
	}
	step.Rate365d, step.Low365d, step.High365d = share(step.Repeaters365d, step.Customers365d)
	step.MedianGapDays, step.MedianGapLow, step.MedianGapHigh = stat.MedianDay(stat.KaplanMeier(ends))
	reached := int64(0)
	for _, t := range times {
		reached += t.Events
		if step.Repeaters > 0 && 2*reached >= step.Repeaters {
			step.MedianGapOfRepeaters = &t.Day
			break
		}
	}
	return step
}
