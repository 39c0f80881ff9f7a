package btyd

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Base is the customers of a shop counted by history, laid out once for the
// fits of all families.
type Base struct {
	counts    []HistoryCount // sorted by x, T, t_x, each history once
	customers int64
	repeats   int64 // of all customers
	repeaters int64 // customers with one
	oldest    float64
	all, thin *purchaseBase // thin: some of the rows; nil where all are few
}

// NewBase returns the base of customers counted by history, in any order and
// with repetitions. The error is a history that breaks the contract of History.
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
		if len(counts) > thinAbove {
			base.thin = newPurchaseBase(thinned(counts, thinTo), base.oldest)
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

// purchaseFamily is what a fit needs to know of a family of purchase models.
type purchaseFamily struct {
	name    string
	surface func(base *purchaseBase, workers int) surface
	starts  func(base *purchaseBase) [][]float64
	// model makes the model of log-parameters of times in units of scale.
	model func(logs []float64, scale float64) fittedModel
}

// fittedModel is a Model that knows the simpler models it turns into, the ones
// that a refused fit explains first.
type fittedModel interface {
	Model
	boundaries(oldest float64) []boundary // oldest: the age of the oldest customer
}

// fit fits a family by maximum likelihood. A *NoFitError says that the base
// determines no model. The number of workers changes no digit.
func (base *Base) fit(family purchaseFamily, workers int) (Fit, error) {
	parameters := len(family.model(make([]float64, 4), 1).Parameters())
	switch {
	case base.repeats == 0:
		return Fit{}, &NoFitError{family.name, NoRepeats, "no customer has purchased again", 0}
	case len(base.counts) < parameters:
		return Fit{}, &NoFitError{family.name, TooFewHistories, fmt.Sprintf("%d distinct histories cannot determine %d parameters", len(base.counts), parameters), 0}
	case base.oldest == 0:
		return Fit{}, &NoFitError{family.name, TooFewHistories, "every customer is of age 0", 0}
	}
	var thin *surface
	if base.thin != nil {
		s := family.surface(base.thin, workers)
		thin = &s
	}
	boundaries := func(logs []float64) []boundary { return family.model(logs, base.oldest).boundaries(base.oldest) }
	o, evaluations, at, err := maximiseWithin(family.surface(base.all, workers), thin, family.starts(base.all), base.repeaters, boundaries)
	model := family.model(o.logs, base.oldest)
	lnL := o.mean*base.all.customers - float64(base.repeats)*math.Log(base.oldest)
	if err != nil {
		return Fit{}, noFit(family.name, model.Parameters(), boundaries(o.logs), lnL, err)
	}
	return Fit{
		Model: model, Parameters: estimates(model.Parameters(), o), Covariance: o.covariance,
		Boundary: at, LogLikelihood: lnL, Evaluations: evaluations,
		Customers: base.customers, Repeats: base.repeats, Histories: len(base.counts),
	}, nil
}

// canonical returns a sorted copy of counts with equal histories merged, and an
// error for a history that cannot be.
func canonical(counts []HistoryCount, workers int) ([]HistoryCount, error) {
	for i, c := range counts {
		if c.Repeats < 0 || c.Customers < 1 || !(0 <= c.LastPurchase && c.LastPurchase <= c.Age) || !finite(c.Age) {
			return nil, fmt.Errorf("history %d (x %d, t_x %g, T %g, %d customers): want x ≥ 0, 0 ≤ t_x ≤ T and a customer", i, c.Repeats, c.LastPurchase, c.Age, c.Customers)
		}
	}
	byHistory := func(a, b HistoryCount) int {
		switch {
		case a.Repeats != b.Repeats:
			return cmp.Compare(a.Repeats, b.Repeats)
		case a.Age < b.Age:
			return -1
		case a.Age > b.Age:
			return 1
		case a.LastPurchase < b.LastPurchase:
			return -1
		case a.LastPurchase > b.LastPurchase:
			return 1
		}
		return 0
	}
	merge := func(into *HistoryCount, from HistoryCount) { into.Customers += from.Customers }
	return sortAndMerge(slices.Clone(counts), workers, byHistory, merge), nil
}
