package intake

import (
	"context"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
)

type month struct {
	Month       time.Time
	MonthNumber int64
	LastDay     time.Time
	IsWhole     bool
}

// makeMonths makes the table of calendar months from the first order to as_of. A
// month is whole when as_of is its last day or later.
func (in *Intake) makeMonths(ctx context.Context) error {
	var months []month
	for day := calendar.StartOf(in.Days.First(), 1); !day.After(in.Days.AsOf); day = day.AddDate(0, 1, 0) {
		lastDay := day.AddDate(0, 1, -1)
		months = append(months, month{
			Month: day, MonthNumber: int64(day.Year())*12 + int64(day.Month()) - 1, LastDay: lastDay, IsWhole: !lastDay.After(in.Days.AsOf),
		})
	}
	return engine.Insert(ctx, in.Engine, "months", months)
}

type comparedPeriod struct {
	Period                       string
	StartsOn, EndsOn             time.Time
	BeforeStartsOn, BeforeEndsOn time.Time
	IsKnown, IsBeforeKnown       bool
}

// makeComparedPeriods makes the table of the periods that are compared with those a
// year before: the 12 months to as_of, the last whole quarter and month, and the 12
// months of cohorts that have had SecondPurchaseDays by now. The files know a
// period if they begin in the month in which it does, or earlier.
func (in *Intake) makeComparedPeriods(ctx context.Context) error {
	first := calendar.StartOf(in.Days.First(), 1)
	next := in.Days.AsOf.AddDate(0, 0, 1)
	var periods []comparedPeriod
	for _, p := range []struct {
		name    string
		current calendar.Span
	}{
		{"12_months", calendar.YearTo(in.Days.AsOf)},
		{"cohorts_90d", calendar.YearTo(in.Days.AsOf.AddDate(0, 0, -int(Rules.SecondPurchaseDays)))},
		{"month", calendar.WholeBefore(next, 1)},
		{"quarter", calendar.WholeBefore(next, 3)},
	} {
		before := calendar.YearBefore(p.current)
		known := func(s calendar.Span) bool { return !first.After(s.From) }
		periods = append(periods, comparedPeriod{
			p.name, p.current.From, p.current.To, before.From, before.To, known(p.current), known(before),
		})
	}
	return engine.Insert(ctx, in.Engine, "compared_periods", periods)
}
