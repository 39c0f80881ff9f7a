package backtest

import (
	"cmp"
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/pool"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/pastdays"
)

// PastDay is the sample as it was known on a day before as_of.
type PastDay struct {
	Before    int // days before as_of
	Customers []PastCustomer
}

// PastCustomer is a customer as known on a past day, and what came of them in each of
// pastdays.Lookback.Windows after it; in those that as_of cuts off what has come so far. What
// the Customer purchased after the day is not asked for. U is that of the customer on
// every day.
type PastCustomer struct {
	Customer
	Came []Came

	// Revisions are of the purchases in the holdout, for the cutoffs that learn from it, and
	// of those in the next pastdays.RecentDays, for their last day.
	Revisions []Revision

	// What the pool sees beside Customer: the repeat purchases in the last half of the
	// holdout's length, and all of them by fading memory, for each of its half-lives.
	RecentHalf int
	Faded      [len(pool.HalfLives)]float64

	// Starts are the places of what their first purchase was among Past.Starts, ascending;
	// none where it is not known.
	Starts []int
}

// Revision says that on a later day so many more purchases were known in a window than are
// today, below 0 fewer: they were returned, or had a newer version, after it.
type Revision struct {
	Known         int // days before as_of
	WindowDays    int
	MorePurchases int
}

// morePurchases returns how many more purchases were known in a window on a later day.
func morePurchases(revisions []Revision, known, windowDays int) (more int) {
	for _, revision := range revisions {
		if revision.Known == known && revision.WindowDays == windowDays {
			more += revision.MorePurchases
		}
	}
	return more
}

// knownOn returns what came in each window, in the holdout as it was known on a day that
// learns from it: a forecast of that day may not know of later returns.
func knownOn(before int, came []Came, revisions []Revision, look pastdays.Lookback) []Came {
	if more := morePurchases(revisions, before, look.HoldoutDays); more != 0 {
		came = slices.Clone(came)
		came[look.Place(look.HoldoutDays)].Purchases += more
	}
	return came
}

// observed returns the customer as the pool sees them, with what came in a window.
func (c PastCustomer) observed(window int) pool.Observed {
	return pool.Observed{
		Customer:  pool.Customer{History: c.History, Recent: c.RecentPurchases, RecentHalf: c.RecentHalf, Faded: c.Faded},
		Purchases: c.Came[window].Purchases,
	}
}

// byHistory is the order of a test.
func byHistory(a, b *PastCustomer) int { return a.Customer.compare(&b.Customer) }

// isSorted reports whether the customers are in the order of their test.
func (d PastDay) isSorted() bool {
	for i := 1; i < len(d.Customers); i++ {
		if byHistory(&d.Customers[i-1], &d.Customers[i]) > 0 {
			return false
		}
	}
	return true
}

// Sorted returns the customers in the order of their test, those of the day where they are
// in it: who changes one clones them. A day that is looked at several times is the faster
// for being given so.
func (d PastDay) Sorted() []PastCustomer {
	if d.isSorted() {
		return d.Customers
	}
	order := make([]int, len(d.Customers)) // customers are large to move
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(byHistory(&d.Customers[i], &d.Customers[j]), i-j)
	})
	people := make([]PastCustomer, len(order))
	for i, place := range order {
		people[i] = d.Customers[place]
	}
	return people
}

// Came is what a customer did in a window.
type Came struct {
	Purchases int
	Revenue   float64 // returns included, as in Margin
	Margin    float64
}

// Procedure is how customers are forecast: by a family, fitted to everybody or to each
// group by itself, and by a form of the spend model. Pooled says that the pool distributes
// the totals of the family over customers, on cutoffs where it could be fitted, as
// Rolling.WithPool has it.
type Procedure struct {
	Family  string
	ByGroup bool
	Pooled  bool
	Form    spend.Form
}

// hindcast is the forecast that the procedure would have made on a past day, and what
// came. Customers are in the order of the test.
type hindcast struct {
	*test
	before     int
	family     int
	byGroup    bool
	came       [][]Came
	revisions  [][]Revision
	worth      []float64 // expected margin of a purchase
	purchasing           // of the family, or of the pool
}

// purchasing is what is expected of how often the customers of a past day purchase.
type purchasing interface {
	// purchases returns those that are expected of each customer in a window.
	purchases(window int) []float64

	// slopes returns, by parameter of the family, the derivatives of the logarithm of each
	// customer's purchases over a year by its logarithm.
	slopes() [][]float64

	// shareVariance returns the variance that errors in how the total is distributed over
	// customers leave in that of some of them, of whom amounts are expected.
	shareVariance(members []int, amounts []float64) float64

	// variances returns the variance of each customer's number of purchases in the
	// holdout, by the model alone, where the mean is multiplied by a ratio: what a Poisson
	// process has of it grows with the ratio, what customers differ in with its square.
	variances(ratio float64) []float64
}

// newHindcast makes the forecast of a past day. Where the family has no fit on it, the
// next one in btyd.Families' order stands in; nil says that none has. Of a lesson, from which
// effects are learned, no window is forecast but the holdout.
func newHindcast(day PastDay, look pastdays.Lookback, procedure Procedure, terms Terms, isLesson bool) (*hindcast, error) {
	people := day.Sorted()
	h := &hindcast{before: day.Before, byGroup: procedure.ByGroup}
	holdout := look.Place(look.HoldoutDays)
	customers := make([]Customer, len(people))
	for i, c := range people {
		customers[i] = c.holdout(holdout)
		h.came, h.revisions = append(h.came, c.Came), append(h.revisions, c.Revisions)
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
	h.worth = make([]float64, len(customers))
	for i, c := range h.customers {
		h.worth[i] = c.worth(h.spend[h.spendGroup(c)])
	}
	h.purchasing, err = newFamilyPurchasing(h, look, isLesson)
	return h, err
}

// knownOn returns the hindcast with what came in the holdout as it was known on a day that
// learns from it.
func (h *hindcast) knownOn(before int, look pastdays.Lookback) *hindcast {
	known := *h
	known.came = make([][]Came, len(h.came))
	for i, came := range h.came {
		known.came[i] = knownOn(before, came, h.revisions[i], look)
	}
	return &known
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

// expected returns what a target was expected of a customer in a window.
func (h *hindcast) expected(target Target, window, customer int) float64 {
	if target == Margin {
		return h.purchases(window)[customer] * h.worth[customer]
	}
	return h.purchases(window)[customer]
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
