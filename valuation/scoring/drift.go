package scoring

import (
	"context"
	"fmt"
	"math"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/calendar"
	"cbv/valuation/engine"
)

// drift is how buying changed between the halves of the history, as the chosen
// model sees it: the backtest alone, whose cutoff lies later, would miss a
// change that its models have already seen some of.
type drift struct {
	from    time.Time // first day of the second half, which begins a month
	ratio   float64   // repeat purchases per expected one, second half over first; NaN: unknown
	against string    // why the ratio speaks against trust, "" where it does not
}

// The counts of customers vary more than by chance alone: four times as much
// is taken for granted, and three standard errors of that.
const (
	driftDispersion = 4
	driftErrors     = 3
)

// cohortActivity is a row of cohort_activity.
type cohortActivity struct {
	CohortMonth, Month         time.Time
	Purchases, ActiveCustomers int64
}

// measureDrift compares the repeat purchases of each half of the history with
// those that the model of the whole expects of new customers of the same ages:
// tracking, as Fader & Hardie plot it by week, in two points.
func (s *Scoring) measureDrift(ctx context.Context, histories []history) (drift, error) {
	d := drift{ratio: math.NaN()}
	if len(s.models.groups) == 0 || len(s.Days.Orders) == 0 {
		return d, nil
	}
	begin := s.intake.FittedFrom()
	if begin.Day() > 1 && s.Config.Orders.FitFrom != nil {
		begin = begin.AddDate(0, 1, 1-begin.Day()) // the first whole cohort that is fitted
	}
	middle := begin.AddDate(0, 0, calendar.DaysBetween(begin, s.Days.AsOf)/2)
	d.from = middle.AddDate(0, 0, 1-middle.Day())
	if !d.from.After(begin) || !s.Days.AsOf.After(d.from) {
		return d, nil
	}

	model := s.models.groups[wholeBase].Purchase.Model
	customersOfAge := make([]int64, calendar.DaysBetween(begin, s.Days.AsOf)+1)
	oldOfAge := make([]int64, len(customersOfAge))
	for _, h := range histories {
		switch age := int(h.Age); {
		case age >= len(customersOfAge):
		case s.isOld(h.group):
			oldOfAge[age] += h.Customers
		default:
			customersOfAge[age] += h.Customers
		}
	}
	second := calendar.DaysBetween(d.from, s.Days.AsOf) + 1 // days of the second half
	var actual [2]float64
	expected := expectedHalves(model, customersOfAge, second)
	if s.isOld(1) {
		old := expectedHalves(s.models.groups[1].Purchase.Model, oldOfAge, second)
		expected[0], expected[1] = expected[0]+old[0], expected[1]+old[1]
	}
	for row, err := range engine.Select[cohortActivity](ctx, s.Engine, "cohort_activity") {
		if err != nil {
			return d, err
		}
		if row.CohortMonth.Before(calendar.StartOf(begin, 1)) {
			continue
		}
		half := 0
		if !row.Month.Before(d.from) {
			half = 1
		}
		actual[half] += float64(row.Purchases)
		if row.CohortMonth.Equal(row.Month) { // everybody's first purchase, which is no repeat
			actual[half] -= float64(row.ActiveCustomers)
		}
	}
	if !(min(expected[0], expected[1], actual[0], actual[1]) > 0) {
		return d, nil
	}
	d.ratio = actual[1] / expected[1] / (actual[0] / expected[0])
	size := math.Abs(math.Log(d.ratio))
	deviation := math.Sqrt(driftDispersion * (1/actual[0] + 1/actual[1]))
	if size > math.Log1p(s.Config.Backtest.MaxTotalError) && size > driftErrors*deviation {
		d.against = fmt.Sprintf("buying has changed: from %s on there are %.2f times as many repeat purchases for each that %s expects as before, so that the model of both fits neither (or the halves are of different seasons)",
			d.from.Format(time.DateOnly), d.ratio, model.Name())
	}
	return d, nil
}

// expectedHalves returns the repeat purchases that a model expects of new customers,
// counted by their age in days, before the last days of so many, and in them.
func expectedHalves(model btyd.Model, customersOfAge []int64, second int) (expected [2]float64) {
	fresh, alive := model.Future(0, 0), model.PAlive(btyd.History{})
	for age, customers := range customersOfAge {
		if customers == 0 {
			continue
		}
		early := 0.0
		if age >= second {
			early = fresh.Expected(float64(age - second))
		}
		expected[0] += float64(customers) * alive * early
		expected[1] += float64(customers) * alive * (fresh.Expected(float64(age)) - early)
	}
	return expected
}
