package spend

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"cbv/valuation/btyd/likelihood"
)

// Form is which purchases the spend model sees.
type Form struct {
	// FirstCounts: the first purchase is one of them, and every single value
	// counts. Else the model sees the means of repeat purchases, as Fader & Hardie
	// (2013) have it.
	FirstCounts bool

	// FirstDivisor is what a first purchase is divided by before it counts, above 0:
	// 1 where it counts as it is. It has no meaning where the first does not count.
	FirstDivisor float64
}

// The forms. The third is OnPurchases with the first ones divided by their ratio to
// later ones.
var (
	OnPurchases = Form{FirstCounts: true, FirstDivisor: 1}
	OnMeans     = Form{FirstDivisor: 1}
)

// The names of forms in reports.
const (
	onPurchases = "purchases"
	atOwnLevel  = "purchases, first ones at their own level"
	onMeans     = "means of repeat purchases"
)

// Name names a form in reports.
func (f Form) Name() string {
	switch {
	case !f.FirstCounts:
		return onMeans
	case f.FirstDivisor != 1:
		return atOwnLevel
	}
	return onPurchases
}

// FormNamed returns a form by its name and divisor.
func FormNamed(name string, divisor float64) (Form, error) {
	form := Form{FirstCounts: name != onMeans, FirstDivisor: divisor}
	if form.Name() != name || !(divisor > 0) || !likelihood.Finite(divisor) {
		return Form{}, fmt.Errorf("no form %q with a divisor of %g: want %q, %q or %q, and a divisor above 0", name, divisor, onPurchases, atOwnLevel, onMeans)
	}
	return form, nil
}

// Total returns S of a customer, the sum of the values that the model sees, of
// the value of their first purchase and of the repeats.
func (f Form) Total(first, repeats float64) float64 {
	if !f.FirstCounts {
		return repeats
	}
	return repeats + first/f.FirstDivisor
}

// Purchases returns n of a customer with x repeats, all of positive value.
func (f Form) Purchases(x int) int {
	if f.FirstCounts {
		return x + 1
	}
	return x
}

// Count is what the model sees of a customer, and the number of customers who
// have the same.
type Count struct {
	Repeats   int     // x: purchases after the first, of whatever value
	Purchases int     // n: those that the form counts; of positive value where the first is one
	Total     float64 // S: the sum of their values, in any unit of money
	Customers int64
}

// Sample is the purchases that a spend model is fitted to.
type Sample struct {
	Form   Form
	Counts []Count // in any order and with repetitions

	// LnValues is Σ ln z over all purchases of the counts, in the unit of Total. Only
	// where the first counts: the means of repeats say nothing of single values.
	LnValues float64

	// PositiveShare is the share of all purchases that have a positive value, 0 standing
	// for all: what a purchase is expected to be worth is multiplied by it, where
	// zeros are purchases and no part of the model.
	PositiveShare float64
}

// Equal reports whether two samples are the same, in the same order.
func (s Sample) Equal(other Sample) bool {
	return s.Form == other.Form && s.LnValues == other.LnValues && s.PositiveShare == other.PositiveShare && slices.Equal(s.Counts, other.Counts)
}

// check returns what keeps counts from being purchases.
func (s Sample) check() error {
	for i, c := range s.Counts {
		if c.Repeats < 0 || c.Purchases < 0 || c.Purchases > c.Repeats+1 || !likelihood.Finite(c.Total) || c.Customers < 1 {
			return fmt.Errorf("spend %d (x %d, n %d, total %g, %d customers): want x ≥ 0, 0 ≤ n ≤ x + 1, a finite total and a customer",
				i, c.Repeats, c.Purchases, c.Total, c.Customers)
		}
	}
	if !likelihood.Finite(s.LnValues) || !(s.PositiveShare >= 0 && s.PositiveShare <= 1) {
		return fmt.Errorf("spend: Σ ln z is %g and the share of positive values %g: want finite numbers, the share from 0 to 1", s.LnValues, s.PositiveShare)
	}
	return nil
}

// isSeen reports whether a count is part of the model.
func (c Count) isSeen() bool { return c.Purchases > 0 && c.Total > 0 }

// seen returns the counts that are part of the model sorted, equal ones merged: a copy
// unless they are so.
func (s Sample) seen(workers int) []Count {
	place := 0
	for place < len(s.Counts) && s.Counts[place].isSeen() && (place == 0 || s.Counts[place-1].compare(s.Counts[place]) < 0) {
		place++
	}
	if place == len(s.Counts) {
		return s.Counts
	}
	kept := make([]Count, 0, len(s.Counts))
	for _, c := range s.Counts {
		if c.isSeen() {
			kept = append(kept, c)
		}
	}
	merge := func(into *Count, from Count) { into.Customers += from.Customers }
	return likelihood.SortAndMerge(kept, workers, Count.compare, merge)
}

// compare is the order of a sample: by x, so that bands of it are neighbours, by n,
// by S.
func (c Count) compare(d Count) int {
	switch {
	case c.Repeats != d.Repeats:
		return cmp.Compare(c.Repeats, d.Repeats)
	case c.Purchases != d.Purchases:
		return cmp.Compare(c.Purchases, d.Purchases)
	case c.Total < d.Total:
		return -1
	case c.Total > d.Total:
		return 1
	}
	return 0
}

// meanPurchase returns the mean value of all purchases, 0 where there is none.
func meanPurchase(counts []Count) float64 {
	value, purchases := 0.0, int64(0)
	for _, c := range counts {
		value += c.Total * float64(c.Customers)
		purchases += c.Customers * int64(c.Purchases)
	}
	if purchases == 0 {
		return 0
	}
	return value / float64(purchases)
}

// FirstToLater is what first orders are worth beside the later ones of the same
// customers, over repeaters whose purchases all have a positive value.
type FirstToLater struct {
	Customers   int64
	First, Mean float64 // sums over customers: of the first, of the mean of the later ones
}

// Add adds a customer with x repeats.
func (f *FirstToLater) Add(x int, first, repeats float64) {
	if x > 0 && first > 0 && repeats > 0 {
		f.Customers++
		f.First += first
		f.Mean += repeats / float64(x)
	}
}

// Ratio returns first to later orders, NaN where nobody has both.
func (f FirstToLater) Ratio() float64 {
	if f.Customers == 0 {
		return math.NaN()
	}
	return f.First / f.Mean
}
