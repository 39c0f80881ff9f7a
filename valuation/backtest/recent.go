package backtest

import (
	"cmp"
	"math"
	"slices"

	"cbv/valuation/btyd/spend"
)

const (
	// RecentDays are the days at the end of the history whose purchases are held
	// against what the spend model of the day before them expects of each.
	RecentDays = 90

	// leastRecentPurchases is how many of them a test takes.
	leastRecentPurchases = 30
)

// Recent is what the spend model as of the day before the last RecentDays sees of
// customers, and what they, and those acquired since, purchased in these days.
type Recent []RecentCustomer

// RecentCustomer is a customer of whom Customer is what was known on the day before the
// recent days; a new one has made no purchase, and Positive is 0 as everything else.
type RecentCustomer struct {
	Customer
	IsNew     bool
	Purchases int     // of positive value, in the recent days
	Value     float64 // of these together
}

// RecentValue is what a purchase of positive value of the recent days was worth, beside
// what was expected of each by its customer's earlier ones.
type RecentValue struct {
	Purchases        int
	Expected, Actual float64 // mean value
	StandardError    float64 // of the difference
}

// value compares what recent purchases were worth with what was expected of them; nil
// where there are too few of them, or no spend model before them.
func (recent Recent) value(form spend.Form, workers int) (*RecentValue, error) {
	recent = slices.Clone(recent)
	slices.SortFunc(recent, RecentCustomer.compare)
	var known []Customer
	for _, c := range recent {
		if !c.IsNew {
			known = append(known, c.Customer)
		}
	}
	if len(known) == 0 {
		return nil, nil
	}
	if form.FirstCounts && form.FirstDivisor != 1 {
		form = spend.OnPurchases // new customers' first purchases are among those that came
	}
	model, err := spend.FitModel(sampleOf(known, form), workers)
	if err != nil || model.Fit == nil {
		return nil, err
	}
	model.PositiveShare = 1
	var v RecentValue
	var squares float64
	for _, c := range recent {
		if c.Purchases == 0 {
			continue
		}
		expected := float64(c.Purchases) * model.Expected(c.History.Repeats, c.known(form), form.Total(c.FirstSpend, c.RepeatSpend))
		v.Purchases += c.Purchases
		v.Expected += expected
		v.Actual += c.Value
		squares += (c.Value - expected) * (c.Value - expected)
	}
	if v.Purchases < leastRecentPurchases || !(v.Expected > 0) {
		return nil, nil
	}
	n := float64(v.Purchases)
	v.Expected, v.Actual, v.StandardError = v.Expected/n, v.Actual/n, math.Sqrt(squares)/n
	return &v, nil
}

// compare is a total order, so that sums do not depend on that of the rows.
func (c RecentCustomer) compare(d RecentCustomer) int {
	return cmp.Or(c.Customer.compare(d.Customer), cmp.Compare(c.Purchases, d.Purchases), cmp.Compare(c.Value, d.Value))
}

// known returns how many purchases a form counts of the customer: none of a new one.
func (c RecentCustomer) known(form spend.Form) int {
	if c.IsNew {
		return 0
	}
	return c.counted(form)
}
