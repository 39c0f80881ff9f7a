package batch

import (
	"context"
	"database/sql/driver"
	"fmt"
	"math"
	"time"

	"cbv/valuation/btyd"
)

// drift is how buying changed between the halves of the history, as the chosen
// model sees it: the backtest alone, whose cutoff lies later, would miss a
// change that its models have already seen some of.
type drift struct {
	from  time.Time // first day of the second half, which begins a month
	ratio float64   // repeat purchases per expected one, second half over first; NaN: unknown
	doubt string    // why the ratio speaks against trust, "" where it does not
}

// The counts of customers vary more than by chance alone: four times as much
// is taken for granted, and three standard errors of that.
const (
	driftDispersion = 4
	driftErrors     = 3
)

// measureDrift compares the repeat purchases of each half of the history with
// those that the model of the whole expects of newcomers of the same ages:
// tracking, as Fader & Hardie plot it by week, in two points.
func (r *run) measureDrift(ctx context.Context, histories []historyRow) (drift, error) {
	d := drift{ratio: math.NaN()}
	if len(r.models.groups) == 0 || len(r.orderDays) == 0 {
		return d, nil
	}
	begin := r.fittedFrom()
	if begin.Day() > 1 && r.Config.Orders.FitFrom != nil {
		begin = begin.AddDate(0, 1, 1-begin.Day()) // the first whole cohort that is fitted
	}
	middle := begin.AddDate(0, 0, daysBetween(begin, r.asOf)/2)
	d.from = middle.AddDate(0, 0, 1-middle.Day())
	if !d.from.After(begin) || !r.asOf.After(d.from) {
		return d, nil
	}

	model := r.models.groups[wholeBase].purchase.Model
	newcomer, alive := model.Future(0, 0), model.PAlive(btyd.History{})
	customersOfAge := make([]int64, daysBetween(begin, r.asOf)+1)
	for _, h := range histories {
		if age := int(h.Age); age < len(customersOfAge) {
			customersOfAge[age] += h.Customers
		}
	}
	second := daysBetween(d.from, r.asOf) + 1 // days of the second half
	var expected, actual [2]float64
	for age, customers := range customersOfAge {
		if customers == 0 {
			continue
		}
		early := 0.0
		if age >= second {
			early = newcomer.Expected(float64(age - second))
		}
		expected[0] += float64(customers) * alive * early
		expected[1] += float64(customers) * alive * (newcomer.Expected(float64(age)) - early)
	}
	err := r.engine.Each(ctx, "cohort_activity", []string{"cohort_month", "month", "purchases", "active_customers"}, func(v []driver.Value) error {
		cohort, month := v[0].(time.Time), v[1].(time.Time)
		if cohort.Before(begin.AddDate(0, 0, 1-begin.Day())) {
			return nil
		}
		half := 0
		if !month.Before(d.from) {
			half = 1
		}
		actual[half] += float64(v[2].(int64))
		if cohort.Equal(month) { // everybody's first purchase, which is no repeat
			actual[half] -= float64(v[3].(int64))
		}
		return nil
	})
	if err != nil || !(min(expected[0], expected[1], actual[0], actual[1]) > 0) {
		return d, err
	}
	d.ratio = actual[1] / expected[1] / (actual[0] / expected[0])
	size := math.Abs(math.Log(d.ratio))
	deviation := math.Sqrt(driftDispersion * (1/actual[0] + 1/actual[1]))
	if size > math.Log1p(r.Config.Backtest.MaxTotalError) && size > driftErrors*deviation {
		d.doubt = fmt.Sprintf("buying has changed: from %s on there are %.2f times as many repeat purchases for each that %s expects as before, so that the model of both fits neither (or the halves are of different seasons)",
			d.from.Format(time.DateOnly), d.ratio, model.Name())
	}
	return d, nil
}
