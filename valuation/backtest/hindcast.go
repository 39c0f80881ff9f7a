package backtest

import (
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/spend"
)

// PastDay is the sample as it was known on a day before as_of.
type PastDay struct {
	Before    int // days before as_of
	Customers []PastCustomer
}

// PastCustomer is a customer as known on a past day, and what came of them in each of
// Lookback.Windows after it; in those that as_of cuts off what has come so far. What
// the Customer purchased after the day is not asked for. U is that of the customer on
// every day.
type PastCustomer struct {
	Customer
	Came []Came
}

// Came is what a customer did in a window.
type Came struct {
	Purchases int
	Margin    float64 // returns included
}

// Procedure is how customers are forecast: by a family, fitted to everybody or to each
// group by itself, and by a form of the spend model.
type Procedure struct {
	Family  string
	ByGroup bool
	Form    spend.Form
}

// hindcast is the forecast that the procedure would have made on a past day, and what
// came. Customers are in the order of the test.
type hindcast struct {
	*test
	before    int
	family    int
	byGroup   bool
	purchases [][]float64 // expected, by window
	came      [][]Came
	worth     []float64   // expected margin of a purchase
	slopes    [][]float64 // by parameter: of ln purchases over a year by its logarithm
}

// newHindcast makes the forecast of a past day. Where the family has no fit on it, the
// next one in btyd.Families' order stands in; nil says that none has.
func newHindcast(day PastDay, look Lookback, procedure Procedure, terms Terms) (*hindcast, error) {
	people := slices.Clone(day.Customers)
	slices.SortStableFunc(people, func(a, b PastCustomer) int { return a.Customer.compare(b.Customer) })
	h := &hindcast{before: day.Before, byGroup: procedure.ByGroup}
	holdout := look.window(look.HoldoutDays)
	customers := make([]Customer, len(people))
	for i, c := range people {
		customers[i] = c.holdout(holdout)
		h.came = append(h.came, c.Came)
	}
	terms.HoldoutDays = look.HoldoutDays
	h.test = newTest(customers, terms)
	if len(customers) == 0 {
		return nil, nil
	}
	fitted, err := h.fitProcedure(procedure.Family)
	if err == nil && !fitted && h.hasOld {
		h.keepOldApart(false) // as Run does: nobody is to go without a model for that
		fitted, err = h.fitProcedure(procedure.Family)
	}
	if err != nil || !fitted {
		return nil, err
	}
	if err := h.fitWorth(procedure.Form); err != nil {
		return nil, err
	}
	return h, h.forecast(look)
}

// fitProcedure fits the family, or, where it has no fit to everybody, the next one
// that has.
func (h *hindcast) fitProcedure(name string) (bool, error) {
	first := max(0, slices.IndexFunc(btyd.Families, func(f btyd.Family) bool { return f.Name() == name }))
	for next := range btyd.Families {
		family := (first + next) % len(btyd.Families)
		if err := h.fit(family); err != nil {
			return false, err
		}
		if _, ok := h.fitOf(everybody, family); ok {
			h.family = family
			return true, nil
		}
	}
	return false, nil
}

// fitWorth fits a form of the spend model as of the day. Where first purchases are
// divided, it is by the ratio that was known then.
func (h *hindcast) fitWorth(form spend.Form) (err error) {
	if form.FirstCounts && form.FirstDivisor != 1 {
		if ratio := h.firstToLater().Ratio(); ratio > 0 {
			form.FirstDivisor = ratio
		}
	}
	groups := []int{everybody}
	if h.hasOld {
		groups = append(groups, oldOnes)
	}
	if h.byGroup {
		groups = append(groups, h.groups...)
	}
	h.spend, err = h.fitForm(form, groups)
	return err
}

// modelGroup returns the group whose fit forecasts a customer.
func (h *hindcast) modelGroup(c Customer) int {
	if h.byGroup || c.apart {
		if _, own := h.fitOf(c.group(), h.family); own {
			return c.group()
		}
	}
	return everybody
}

// spendGroup returns the group whose spend model a customer has.
func (h *hindcast) spendGroup(c Customer) int {
	if h.byGroup || c.apart {
		if _, own := h.spend[c.group()]; own {
			return c.group()
		}
	}
	return everybody
}

// forecast forecasts every window.
func (h *hindcast) forecast(look Lookback) error {
	windows, n := look.Windows(), len(h.customers)
	h.purchases = make([][]float64, len(windows))
	for w := range windows {
		h.purchases[w] = make([]float64, n)
	}
	h.worth = make([]float64, n)
	for i, c := range h.customers {
		h.worth[i] = c.worth(h.spend[h.spendGroup(c)])
	}
	for _, runs := range h.runs(h.byGroup) {
		fit, _ := h.fitOf(h.modelGroup(h.customers[runs[0][0]]), h.family)
		shifts, err := btyd.NewShifts(fit.Model)
		if err != nil {
			return err
		}
		if h.slopes == nil {
			for range fit.Parameters {
				h.slopes = append(h.slopes, make([]float64, n))
			}
		}
		likelihood.EachChunk((len(runs)+chunkRuns-1)/chunkRuns, h.terms.Workers, func(chunk int) {
			for _, run := range runs[chunk*chunkRuns : min((chunk+1)*chunkRuns, len(runs))] {
				h.expectRun(run, fit.Model, shifts, windows)
			}
		})
	}
	return nil
}

// expectRun forecasts neighbours who share (x, T), in every window.
func (h *hindcast) expectRun(run run, model btyd.Model, shifts btyd.Shifts, windows []int) {
	of := h.customers[run[0]].History
	future := model.Future(of.Repeats, of.Age)
	expected := make([]float64, len(windows))
	for w, days := range windows {
		expected[w] = future.Expected(float64(days))
	}
	bySurvivor, byHistory := make([]float64, len(h.slopes)), make([]float64, len(h.slopes))
	shifts.Expected(btyd.Survivor{Repeats: of.Repeats, Age: of.Age}, yearDays, bySurvivor)
	pAlive := 0.
	for place, i := range run {
		if c := h.customers[i]; place == 0 || c.History != of {
			of = c.History
			pAlive = model.PAlive(of)
			shifts.PAlive(of, byHistory)
		}
		for w := range windows {
			h.purchases[w][i] = pAlive * expected[w]
		}
		for j := range h.slopes {
			h.slopes[j][i] = bySurvivor[j] + byHistory[j]
		}
	}
}

// expected returns what a target was expected of a customer in a window.
func (h *hindcast) expected(target Target, window, customer int) float64 {
	if target == Margin {
		return h.purchases[window][customer] * h.worth[customer]
	}
	return h.purchases[window][customer]
}

// actual returns what came of it.
func (h *hindcast) actual(target Target, window, customer int) float64 {
	if came := h.came[customer][window]; target == Purchases {
		return float64(came.Purchases)
	} else {
		return came.Margin
	}
}

// familyName names the family that was fitted.
func (h *hindcast) familyName() string { return btyd.Families[h.family].Name() }
