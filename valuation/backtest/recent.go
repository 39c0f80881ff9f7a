package backtest

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"cbv/valuation/btyd/spend"
)

const (
	// RecentDays are the days at the end of the history whose purchases are held
	// against what the spend model of the day before them expects of each.
	RecentDays = 90

	// mostRecentTotalError is how far the purchases of the recent days may be off. A year
	// is forecast up to a third further off than the last 90 days are, where these are a
	// promotion's, so it is less than what a total may be.
	mostRecentTotalError = 0.15

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

// RecentTotal is what customers known before the recent days purchased in these, beside
// what was expected of them with the ratio of the same days a year before.
type RecentTotal struct {
	Customers        int
	Expected, Actual float64
	StandardError    float64 // of ln(Actual / Expected): of customers, parameters and the ratio
}

// recentTotal returns nil where there is no forecast of the recent days.
func (r Rolling) recentTotal() *RecentTotal {
	made := r.days[RecentDays]
	if made == nil {
		return nil
	}
	total := made.total(Purchases, r.window(RecentDays), nil)
	ratio := r.knownRatio(Purchases, RecentDays, RecentDays)
	return &RecentTotal{
		Customers: len(made.customers), Expected: ratio.Multiplier * total.Expected, Actual: total.Actual,
		StandardError: math.Sqrt(total.Customers + total.Parameters + ratio.LogVariance()),
	}
}

// testRecentTotal says that nothing shows which forecast the coming days will follow,
// where the recent days left the forecast of the day before them: a promotion or a closed month
// is in today's rates as if it lasted.
func (r Rolling) testRecentTotal() []Test {
	recent := r.RecentTotal
	if recent == nil || recent.Expected < leastGroupPurchases {
		return nil
	}
	test := Test{
		Name: "recent_total", Target: Purchases, Expected: recent.Expected, Actual: recent.Actual, Customers: recent.Customers,
		StandardError: recent.StandardError, Verdict: Untested,
	}
	off := math.Abs(math.Log(recent.Actual / recent.Expected))
	test.Failed = !(recent.Actual > 0) || off > math.Log1p(mostRecentTotalError) && off > mostTotalErrors*recent.StandardError
	test.Sentence = fmt.Sprintf("in the last %d days ", RecentDays) + r.sentence(test, ": whether the coming days follow the forecast or these is not known")
	return []Test{test}
}
