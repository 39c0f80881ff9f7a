package btyd

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"cbv/valuation/btyd/likelihood"
)

// Base is the customers of a shop counted by history, laid out once for the
// fits of all families.
type Base struct {
	counts    []HistoryCount // sorted by x, T, t_x, each history once
	customers int64
	repeats   int64 // of all customers
	repeaters int64 // customers with one
	oldest    float64
	all, some *purchaseBase // some: a subsample of the rows; nil where all are few
}

// NewBase returns the base of customers counted by history, in any order and
// with repetitions; those in the order of History.Compare without any are kept, and the
// caller does not change them. The error is a history that breaks the contract of History.
func NewBase(counts []HistoryCount, workers int) (*Base, error) {
	counts, err := canonical(counts, workers)
	if err != nil {
		return nil, err
	}
	base := &Base{counts: counts}
	for _, c := range counts {
		base.customers += c.Customers
		base.repeats += c.Customers * int64(c.Repeats)
		if c.Repeats > 0 {
			base.repeaters += c.Customers
		}
		base.oldest = max(base.oldest, c.Age)
	}
	if base.oldest > 0 {
		base.all = newPurchaseBase(counts, base.oldest)
		if some := likelihood.Subsample(counts); some != nil {
			base.some = newPurchaseBase(rounded(some, base.oldest, workers), base.oldest)
		}
	}
	return base, nil
}

// Counts returns the distinct histories sorted by x, T and t_x, and how many
// customers have each. The caller does not change them.
func (base *Base) Counts() []HistoryCount { return base.counts }

// Customers returns the number of customers.
func (base *Base) Customers() int64 { return base.customers }

// Repeats returns the repeat purchases of all customers, Σx.
func (base *Base) Repeats() int64 { return base.repeats }

// fit fits a family by maximum likelihood. A *NoFitError says that the base
// determines no model. The number of workers changes no digit.
func (base *Base) fit(family Family, workers int) (Fit, error) {
	name, parameters := family.Name(), len(family.parameters)
	switch {
	case base.repeats == 0:
		return Fit{}, &NoFitError{Model: name, Reason: NoRepeats, Detail: "no customer has purchased again"}
	case len(base.counts) < parameters:
		return Fit{}, &NoFitError{Model: name, Reason: TooFewHistories, Detail: fmt.Sprintf("%d distinct histories cannot determine %d parameters", len(base.counts), parameters)}
	case base.oldest == 0:
		return Fit{}, &NoFitError{Model: name, Reason: TooFewHistories, Detail: "every customer is of age 0"}
	}
	search := likelihood.Search{
		Objective: family.objective(base.all, workers),
		Starts:    family.starts(base.all),
		Repeaters: base.repeaters,
		Limits: func(logs []float64) []likelihood.Limit {
			return family.fromLogs(logs, base.oldest).limits(base.oldest)
		},
	}
	if base.some != nil {
		some := family.objective(base.some, workers)
		search.Subsample = &some
	}
	o, err := search.Maximise()
	model := family.fromLogs(o.Logs, base.oldest)
	lnL := o.Mean*base.all.customers - float64(base.repeats)*math.Log(base.oldest)
	if err != nil {
		return Fit{}, likelihood.NoFit(name, model.Parameters(), search.Limits(o.Logs), lnL, err)
	}
	return Fit{
		Model: model, Parameters: o.Estimates(model.Parameters()), Covariance: o.Covariance,
		Boundary: o.Boundary, LogLikelihood: lnL, Evaluations: o.Evaluations,
		Customers: base.customers, Repeats: base.repeats, Histories: len(base.counts),
	}, nil
}

// canonical returns counts sorted with equal histories merged, a copy unless they are so,
// and an error for a history that cannot be.
func canonical(counts []HistoryCount, workers int) ([]HistoryCount, error) {
	isCanonical := true
	for i, c := range counts {
		isCanonical = isCanonical && (i == 0 || counts[i-1].Compare(c.History) < 0)
		if c.Repeats < 0 || c.Customers < 1 || !(0 <= c.LastPurchase && c.LastPurchase <= c.Age) || !likelihood.Finite(c.Age) {
			return nil, fmt.Errorf("history %d (x %d, t_x %g, T %g, %d customers): want x ≥ 0, 0 ≤ t_x ≤ T and a customer", i, c.Repeats, c.LastPurchase, c.Age, c.Customers)
		}
	}
	if isCanonical {
		return counts, nil
	}
	return merged(slices.Clone(counts), workers), nil
}

// roundedTimes is into how many the times up to the oldest age are rounded for a search to
// begin on: tables over times cost as much for fewer rows.
const roundedTimes = 256

// rounded returns counts with rounded times, equal ones merged.
func rounded(counts []HistoryCount, oldest float64, workers int) []HistoryCount {
	nearest := func(time float64) float64 { return math.Round(time/oldest*roundedTimes) / roundedTimes * oldest }
	for i := range counts {
		counts[i].LastPurchase, counts[i].Age = nearest(counts[i].LastPurchase), nearest(counts[i].Age)
	}
	return merged(counts, workers)
}

// Compare is the order by x, T and t_x.
func (h History) Compare(other History) int {
	switch {
	case h.Repeats != other.Repeats:
		return cmp.Compare(h.Repeats, other.Repeats)
	case h.Age < other.Age:
		return -1
	case h.Age > other.Age:
		return 1
	case h.LastPurchase < other.LastPurchase:
		return -1
	case h.LastPurchase > other.LastPurchase:
		return 1
	}
	return 0
}

// merged sorts counts in place by history, and merges equal ones.
func merged(counts []HistoryCount, workers int) []HistoryCount {
	byHistory := func(a, b HistoryCount) int { return a.Compare(b.History) }
	merge := func(into *HistoryCount, from HistoryCount) { into.Customers += from.Customers }
	return likelihood.SortAndMerge(counts, workers, byHistory, merge)
}
