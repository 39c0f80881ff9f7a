package modelfit

import (
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/calendar"
)

const weekDays = 7

// Newcomers are the customers of a fit group who first purchased on a day.
type Newcomers struct {
	FitGroup          int
	FirstPurchaseDate time.Time
	Customers         int64
}

// Week is what the customers who are followed did in a week, and what the models expect.
type Week struct {
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

// Tracking says what is known of the weeks: by the models of the backtest's cutoff, or,
// without one, by those of the run.
type Tracking struct {
	Of          func(group int) btyd.Model // nil: there is no model
	AsOf        time.Time
	Cutoff      time.Time      // zero: the models know every week
	Season      backtest.Ratio // of purchases, as known on the cutoff
	HoldoutDays int
}

// MondayOf returns the Monday of a day's week.
func MondayOf(day time.Time) time.Time {
	return day.AddDate(0, 0, -(int(day.Weekday())+weekDays-1)%weekDays)
}

// Weeks returns the weeks from that of the first newcomers, who are sorted by their day, to
// the last one that the as-of day completes. purchases are by the Monday of their week.
func (t Tracking) Weeks(newcomers []Newcomers, purchases map[time.Time]int64) []Week {
	if len(newcomers) == 0 {
		return nil
	}
	var weeks []Week
	for monday := MondayOf(newcomers[0].FirstPurchaseDate); !monday.AddDate(0, 0, weekDays-1).After(t.AsOf); monday = monday.AddDate(0, 0, weekDays) {
		weeks = append(weeks, Week{WeekStart: monday})
	}
	expecting := tracker{Tracking: t, curves: map[int][]float64{}, days: weekDays * (len(weeks) + 1)}
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
		expecting.expect(week, last, newcomers)
	}
	return weeks
}

// tracker adds up what the models expect.
type tracker struct {
	Tracking
	curves map[int][]float64 // by fit group: repeat purchases expected by the end of each day after the first purchase
	days   int               // of the curves
	sum    float64           // expected so far
}

// expect sets what the model expects of a week that ends with a day.
func (t *tracker) expect(week *Week, last time.Time, newcomers []Newcomers) {
	if t.Of == nil {
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
	if t.Cutoff.IsZero() {
		return
	}
	week.IsHoldout = last.After(t.Cutoff)
	ago := calendar.DaysBetween(last, t.AsOf)
	for _, year := range t.Season.Years {
		week.IsSameSeason = week.IsSameSeason || ago < year.Before && ago >= year.Before-t.HoldoutDays
	}
	if week.IsHoldout && t.Season.Tested() {
		seasonal := expected * t.Season.Multiplier
		week.ExpectedWithSeason = &seasonal
	}
}

// curve returns that of a fit group.
func (t *tracker) curve(group int) []float64 {
	if curve, made := t.curves[group]; made {
		return curve
	}
	model := t.Of(group)
	pAlive, future := model.PAlive(btyd.History{}), model.Future(0, 0)
	curve := make([]float64, t.days+1)
	for day := range curve {
		curve[day] = pAlive * future.Expected(float64(day))
	}
	t.curves[group] = curve
	return curve
}
