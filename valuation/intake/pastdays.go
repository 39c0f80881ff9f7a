package intake

import (
	"slices"
	"time"
)

// pastDay is a row of past_days: a day from which the models are tested, or on which the
// season is compared, and the last days of the windows after it.
type pastDay struct {
	PastDay    time.Time
	DaysBefore int64     // as_of
	RecentFrom time.Time // the holdout's length before the day
	HoldoutTo  time.Time
	HorizonTo  time.Time
	MonthTo    time.Time
	QuarterTo  time.Time
	YearTo     time.Time
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
			PastDay: day, DaysBefore: int64(before), RecentFrom: day.AddDate(0, 0, -in.Lookback.HoldoutDays),
			HoldoutTo: after(in.Lookback.HoldoutDays), HorizonTo: after(in.Lookback.HorizonDays), MonthTo: after(30), QuarterTo: after(90), YearTo: after(365),
		})
	}
	return days
}
