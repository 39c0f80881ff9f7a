package scoring

import (
	"cmp"
	"context"
	"slices"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/calendar"
	"cbv/valuation/engine"
)

const weekDays = 7

// trackedNewcomers is a row of tracked_newcomers.
type trackedNewcomers struct {
	FitGroup          int
	FirstPurchaseDate time.Time
	Customers         int64
}

// trackedWeek is a row of tracked_weeks.
type trackedWeek struct {
	WeekStart                   time.Time
	Customers                   int64
	Purchases                   int64
	ExpectedPurchases           *float64
	ExpectedWithSeason          *float64
	CumulativePurchases         int64
	CumulativeExpectedPurchases *float64
	IsHoldout                   bool
	IsSameSeason                bool
}

// trackWeeks makes tracked_weeks: from the week of the first purchase to the last one that
// as_of completes.
func (s *Scoring) trackWeeks(ctx context.Context) error {
	newcomers, err := engine.All[trackedNewcomers](ctx, s.Engine, "tracked_newcomers")
	if err != nil {
		return err
	}
	slices.SortFunc(newcomers, func(a, b trackedNewcomers) int {
		return cmp.Or(a.FirstPurchaseDate.Compare(b.FirstPurchaseDate), cmp.Compare(a.FitGroup, b.FitGroup))
	})
	purchases := map[time.Time]int64{}
	for row, err := range engine.Select[struct {
		OrderDay  time.Time
		Purchases int64
	}](ctx, s.Engine, "tracked_purchases") {
		if err != nil {
			return err
		}
		purchases[mondayOf(row.OrderDay)] += row.Purchases
	}
	var weeks []trackedWeek
	if len(newcomers) > 0 {
		weeks = s.weeksFrom(mondayOf(newcomers[0].FirstPurchaseDate))
	}
	t := s.newTracker(len(weeks))
	var bought int64
	for i := range weeks {
		week := &weeks[i]
		last := week.WeekStart.AddDate(0, 0, weekDays-1)
		for _, n := range newcomers {
			if !n.FirstPurchaseDate.After(last) {
				week.Customers += n.Customers
			}
		}
		week.Purchases = purchases[week.WeekStart]
		bought += week.Purchases
		week.CumulativePurchases = bought
		t.expect(week, last, newcomers)
	}
	return engine.Insert(ctx, s.Engine, "tracked_weeks", weeks)
}

// weeksFrom returns the weeks from a Monday to as_of that are whole.
func (s *Scoring) weeksFrom(monday time.Time) (weeks []trackedWeek) {
	for !monday.AddDate(0, 0, weekDays-1).After(s.Days.AsOf) {
		weeks = append(weeks, trackedWeek{WeekStart: monday})
		monday = monday.AddDate(0, 0, weekDays)
	}
	return weeks
}

// mondayOf returns the Monday of a day's week.
func mondayOf(day time.Time) time.Time {
	return day.AddDate(0, 0, -(int(day.Weekday())+weekDays-1)%weekDays)
}

// tracker knows what the models expect of new customers week by week: those of the
// backtest's cutoff, or, without one, those of the run.
type tracker struct {
	of      func(group int) btyd.Model // nil: there is no model
	asOf    time.Time
	cutoff  time.Time      // zero: the models know every week
	season  backtest.Ratio // of purchases, as known on the cutoff
	holdout int            // days

	curves map[int][]float64 // by fit group: repeat purchases expected by the end of each day after the first purchase
	days   int               // of the curves
	sum    float64           // expected so far
}

func (s *Scoring) newTracker(weeks int) *tracker {
	t := &tracker{asOf: s.Days.AsOf, holdout: s.intake.Holdout.Days, curves: map[int][]float64{}, days: weekDays * (weeks + 1)}
	if !s.HasModel() {
		return t
	}
	t.of = s.modelOf
	at := slices.IndexFunc(s.rolling.Cutoffs, func(c backtest.Cutoff) bool { return c.Before == t.holdout })
	if at >= 0 {
		known := s.rolling.Cutoffs[at]
		t.cutoff, t.season = s.intake.Cutoff(), known.Ratios[0]
		t.of = func(group int) btyd.Model { return known.ModelOf(group, s.isOld(group)) }
	}
	return t
}

// expect sets what the model expects of a week that ends with a day.
func (t *tracker) expect(week *trackedWeek, last time.Time, newcomers []trackedNewcomers) {
	if t.of == nil {
		return
	}
	expected := 0.
	for _, n := range newcomers {
		age := calendar.DaysBetween(n.FirstPurchaseDate, last)
		if age <= 0 {
			break // sorted: nobody after them had purchased either
		}
		curve := t.curve(n.FitGroup)
		expected += float64(n.Customers) * (curve[age] - curve[max(0, age-weekDays)])
	}
	t.sum += expected
	sum := t.sum
	week.ExpectedPurchases, week.CumulativeExpectedPurchases = &expected, &sum
	if t.cutoff.IsZero() {
		return
	}
	week.IsHoldout = last.After(t.cutoff)
	ago := calendar.DaysBetween(last, t.asOf)
	for _, year := range t.season.Years {
		week.IsSameSeason = week.IsSameSeason || ago < year.Before && ago >= year.Before-t.holdout
	}
	if week.IsHoldout && t.season.Tested() {
		seasonal := expected * t.season.Multiplier
		week.ExpectedWithSeason = &seasonal
	}
}

// curve returns that of a fit group.
func (t *tracker) curve(group int) []float64 {
	if curve, made := t.curves[group]; made {
		return curve
	}
	model := t.of(group)
	pAlive, future := model.PAlive(btyd.History{}), model.Future(0, 0)
	curve := make([]float64, t.days+1)
	for day := range curve {
		curve[day] = pAlive * future.Expected(float64(day))
	}
	t.curves[group] = curve
	return curve
}
