package intake

import (
	"math"
	"slices"
	"time"

	"cbv/valuation/btyd/pool"
	"cbv/valuation/calendar"
)

// pastDay is a row of past_days: a day from which the models are tested, or on which the
// season is compared, and the last days of the windows after it.
type pastDay struct {
	PastDay    time.Time
	DaysBefore int64     // as_of
	RecentFrom time.Time // the holdout's length before the day
	HalfFrom   time.Time // half of it
	HoldoutTo  time.Time
	HorizonTo  time.Time
	MonthTo    time.Time
	QuarterTo  time.Time
	YearTo     time.Time

	IsCutoff              bool // what the procedure would have forecast on it is judged
	IsBeforeTestedQuarter bool // the value of the next RecentDays' purchases is held to what was expected of it
}

// pastDays returns the days from which the plan looks back, the latest first.
func (in *Intake) pastDays() []pastDay {
	var days []pastDay
	for _, before := range in.Lookback.Days() {
		day := in.Days.AsOf.AddDate(0, 0, -before)
		after := func(days int) time.Time {
			return slices.MinFunc([]time.Time{day.AddDate(0, 0, days), in.Days.AsOf}, time.Time.Compare)
		}
		days = append(days, pastDay{
			PastDay: day, DaysBefore: int64(before), RecentFrom: day.AddDate(0, 0, -in.Lookback.HoldoutDays), HalfFrom: day.AddDate(0, 0, -pool.HalfWindow(in.Lookback.HoldoutDays)),
			HoldoutTo: after(in.Lookback.HoldoutDays), HorizonTo: after(in.Lookback.HorizonDays), MonthTo: after(30), QuarterTo: after(90), YearTo: after(365),
			IsCutoff:              slices.Contains(in.Lookback.Cutoffs, before),
			IsBeforeTestedQuarter: slices.Contains(in.Lookback.TestedQuarters(), before),
		})
	}
	return days
}

// purchaseWeight is a row of purchase_weights: what a purchase of an age counts for by
// each half-life, in billionths, so that sums of them are exact.
type purchaseWeight struct {
	AgeDays                                            int64
	Half30, Half60, Half120, Half240, Half480, Half960 int64
}

// purchaseWeights returns the weights of all ages that a purchase can have.
func (in *Intake) purchaseWeights() []purchaseWeight {
	weights := make([]purchaseWeight, 1+calendar.DaysBetween(in.Days.First(), in.Days.AsOf))
	for age := range weights {
		w := &weights[age]
		w.AgeDays = int64(age)
		for place, into := range []*int64{&w.Half30, &w.Half60, &w.Half120, &w.Half240, &w.Half480, &w.Half960} {
			*into = int64(math.Round(pool.Weight(age, pool.HalfLives[place]) / pool.Billionth))
		}
	}
	return weights
}
