// Package backtest says whether the models can be trusted, on the shop's own
// customers: fitted to what was known at a cutoff, they predict the purchases
// and the margin of each customer in the days after it, the holdout, and are
// scored on what then happened, beside baselines that know no model.
//
// Nothing here reads a clock, prints, draws at random, or depends on the number
// of workers or the order of the customers.
package backtest

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/pastdays"
	"cbv/valuation/pastfits"
	"cbv/valuation/trust"
)

// Customer is one customer of the sample: what was known at the cutoff, and
// what they did after it. Margins are in any one unit of money.
type Customer struct {
	Group           int          // fit group, 0: none of its own
	Old             bool         // was one before the files begin: fitted with those alone, whatever the group, where they suffice
	History         btyd.History // at the cutoff, in days
	FirstSpend      float64      // value of the first purchase
	RepeatSpend     float64      // value of the repeat purchases up to the cutoff
	Positive        int          // purchases up to the cutoff of positive value, the first among them
	LnSpend         float64      // Σ ln of their values
	MarginShare     float64      // expected margin kept per unit of value, as known at the cutoff
	Revenue         float64      // brought up to the cutoff, returns included
	RecentPurchases int          // repeat purchases in the last HoldoutDays up to the cutoff
	RecentMargin    float64      // their margin
	Purchases       int          // in the holdout
	Margin          float64      // realised in the holdout, returns included
	U               float64      // in (0, 1), of a hash of the customer

	apart bool // fitted with the old alone
}

// Terms are what the caller decides.
type Terms struct {
	HoldoutDays   int
	MaxTotalError float64 // of the totals, of either sign, that still deserves trust: .25
	Workers       int
	Form          *spend.Form    // of the spend model; nil: the one that predicts best
	Fits          *pastfits.Fits // that were made of the same shop before, and those to come; nil: none is kept
	Calendar      pastdays.Calendar
	Basis         trust.Basis // of money
}

// Result is what a backtest found.
type Result struct {
	MaxTotalError float64
	Customers     int
	Cutoffs       int // whose deviances decide what is chosen

	// Why says why there is no backtest, "" where there is one. Then there are
	// no candidates to choose from.
	Why string

	// Seasonal: the holdout is no whole number of years, so the scores are
	// those of one part of a year.
	Seasonal bool

	Candidates []Candidate        // those of everybody in btyd.Families' order, then those by group in the same
	Baselines  []Baseline         // mean_rate, recent_rate
	Unfitted   []*btyd.NoFitError // of the families that everybody's histories determine no model of
	Contests   []Contest          // between candidates, and of each against each baseline

	Spendings     []Spending         // the forms of the spend model, in the order of preference
	SpendFamily   string             // the family whose purchases they are judged with
	SpendContests []Contest          // between them, in the order of preference
	Form          spend.Form         // the one that the candidates' margins are predicted by
	FirstToLater  spend.FirstToLater // at the cutoff
}

// Candidate is a family fitted to everybody, or to each group by itself, and
// how well it predicted the holdout.
type Candidate struct {
	Name       string // the family's, and "by channel" where by group
	Family     string
	ByGroup    bool     // a group that determines no model has everybody's
	Fit        btyd.Fit // to everybody
	Purchases  Score
	Margin     Score
	Purchasing Distribution // of the number of purchases
}

// Baseline is a prediction without a model.
type Baseline struct {
	Name      string
	Purchases Score
	Margin    Score
}

// The baselines' names.
const (
	meanRate   = "mean_rate"   // everybody buys at the base's mean rate
	recentRate = "recent_rate" // meanWeight · mean rate, the rest what the last HoldoutDays showed
)

// nameByGroup names a family that is fitted to each group by itself, as users
// know groups.
func nameByGroup(family string) string { return family + " by channel" }

// Run backtests every family on the customers of a cutoff. What is chosen, families and
// forms of the spend model, is by the deviances at earlier cutoffs too, whose holdouts are
// as long; a customer is known by U at all of them. A cutoff at which no family has a fit
// does not count. The error is a customer or a term that cannot be; that there is nothing
// to test with is a Result that says so.
func Run(customers []Customer, terms Terms, earlier ...[]Customer) (Result, error) {
	if terms.HoldoutDays < 1 {
		return Result{}, fmt.Errorf("a holdout of %d days: want at least 1", terms.HoldoutDays)
	}
	purchases := 0
	for at, of := range append([][]Customer{customers}, earlier...) {
		for i, c := range of {
			if err := c.check(); err != nil {
				return Result{}, fmt.Errorf("customer %d: %w", i, err)
			}
			if at == 0 {
				purchases += c.Purchases
			}
		}
	}
	result := Result{
		MaxTotalError: terms.MaxTotalError, Customers: len(customers), Seasonal: !wholeYears(terms.HoldoutDays),
	}
	switch {
	case len(customers) == 0:
		result.Why = "nobody had purchased by the cutoff"
		return result, nil
	case purchases == 0:
		result.Why = fmt.Sprintf("nobody purchased in the %d days after the cutoff", terms.HoldoutDays)
		return result, nil
	}
	customers = slices.Clone(customers)
	slices.SortFunc(customers, func(a, b Customer) int { return a.compare(&b) })
	t := newTest(customers, terms)
	if err := t.fit(allFamilies()...); err != nil {
		return Result{}, err
	}
	if len(t.fits[everybody]) == 0 && t.hasOld {
		// The new customers determine no model: nobody is to go without one for that.
		t.keepOldApart(false)
		if err := t.fit(allFamilies()...); err != nil {
			return Result{}, err
		}
	}
	result.Unfitted, result.FirstToLater = t.unfitted, t.firstToLater()
	if len(t.fits[everybody]) == 0 {
		result.Why = "the histories at the cutoff determine no model"
		return result, nil
	}
	if err := t.addEarlier(earlier); err != nil {
		return Result{}, err
	}
	result.Cutoffs = 1 + len(t.earlier)
	return result, t.predict(&result)
}

// At begins a sentence on what a contest decided.
func (r Result) At() string {
	if r.Cutoffs > 1 {
		return fmt.Sprintf("in the backtest, at %d cutoffs, ", r.Cutoffs)
	}
	return "in the backtest "
}

// addEarlier makes the tests at earlier cutoffs, side by side.
func (t *test) addEarlier(earlier [][]Customer) error {
	made, errs := make([]*earlierTest, len(earlier)), make([]error, len(earlier))
	likelihood.EachChunk(len(earlier), t.terms.Workers, func(i int) {
		made[i], errs[i] = newEarlierTest(earlier[i], t.terms)
	})
	lists := [][]Customer{t.customers}
	for i, test := range made {
		if errs[i] != nil {
			return errs[i]
		}
		if test != nil {
			t.earlier = append(t.earlier, test)
			lists = append(lists, test.customers)
		}
	}
	if len(t.earlier) > 0 {
		t.sums = newSums(lists...)
	}
	return nil
}

// check returns what keeps a customer from being one, their history apart,
// which the fit checks.
func (c Customer) check() error {
	for _, v := range []float64{c.FirstSpend, c.RepeatSpend, c.LnSpend, c.MarginShare, c.Revenue, c.RecentMargin, c.Margin} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("money of %g", v)
		}
	}
	switch {
	case c.Group < 0 || c.Purchases < 0 || c.RecentPurchases < 0:
		return fmt.Errorf("group %d, %d purchases, %d recent ones: want none below 0", c.Group, c.Purchases, c.RecentPurchases)
	case c.Positive < 0 || c.Positive > c.History.Repeats+1:
		return fmt.Errorf("%d purchases of positive value among %d", c.Positive, c.History.Repeats+1)
	case !(c.U > 0 && c.U < 1):
		return fmt.Errorf("a hash of %g: want U between 0 and 1", c.U)
	}
	return nil
}

// compare is a total order: customers who are equal by it are equal in
// everything. Those who share (x, T), and within them a history, are neighbours.
func (c *Customer) compare(d *Customer) int {
	if c.U != d.U || c.History != d.History { // nearly all
		return cmp.Or(cmp.Compare(c.History.Repeats, d.History.Repeats), cmp.Compare(c.History.Age, d.History.Age), cmp.Compare(c.History.LastPurchase, d.History.LastPurchase), cmp.Compare(c.U, d.U))
	}
	return cmp.Or(
		cmp.Compare(c.Group, d.Group), compareBool(c.Old, d.Old), cmp.Compare(c.FirstSpend, d.FirstSpend), cmp.Compare(c.RepeatSpend, d.RepeatSpend),
		cmp.Compare(c.Positive, d.Positive), cmp.Compare(c.LnSpend, d.LnSpend), cmp.Compare(c.MarginShare, d.MarginShare), cmp.Compare(c.Revenue, d.Revenue),
		cmp.Compare(c.RecentPurchases, d.RecentPurchases), cmp.Compare(c.RecentMargin, d.RecentMargin), cmp.Compare(c.Purchases, d.Purchases), cmp.Compare(c.Margin, d.Margin),
	)
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// wholeYears reports whether days are a number of years, leap days included or
// not.
func wholeYears(days int) bool {
	years := days / 365
	return years > 0 && days <= 366*years
}
