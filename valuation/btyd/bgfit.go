package btyd

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// FitBGNBD fits BG/NBD by maximum likelihood to customers counted by history,
// in any order and with repetitions. Times may be in any unit, the model and the
// log-likelihood are in the same one. The number of workers changes no digit.
//
// A *NoFitError says that the counts determine no model; any other error is a
// history that breaks the contract of History.
func FitBGNBD(counts []HistoryCount, workers int) (Fit, error) {
	counts, err := canonical(counts, workers)
	if err != nil {
		return Fit{}, err
	}
	fit := Fit{Histories: len(counts)}
	var oldest float64
	for _, c := range counts {
		fit.Customers += c.Customers
		fit.Repeats += c.Customers * int64(c.Repeats)
		oldest = max(oldest, c.Age)
	}
	name := BGNBD{}.Name()
	switch {
	case fit.Repeats == 0:
		return Fit{}, &NoFitError{name, NoRepeats, "no customer has purchased again"}
	case len(counts) < 4:
		return Fit{}, &NoFitError{name, TooFewHistories, fmt.Sprintf("%d distinct histories cannot determine 4 parameters", len(counts))}
	case oldest == 0:
		return Fit{}, &NoFitError{name, TooFewHistories, "every customer is of age 0"}
	}

	base := newPurchaseBase(counts, oldest)
	var thin *surface
	if len(counts) > thinAbove {
		s := newPurchaseBase(thinned(counts, thinTo), oldest).bgSurface(workers)
		thin = &s
	}
	o, evaluations, err := maximise(base.bgSurface(workers), thin, base.bgStarts())
	model := BGNBD{R: math.Exp(o.logs[0]), Alpha: oldest * math.Exp(o.logs[1]), A: math.Exp(o.logs[2]), B: math.Exp(o.logs[3])}
	if err != nil {
		return Fit{}, noFit(name, model.Parameters(), model.boundaries(), err.Error())
	}
	fit.Model = model
	fit.Parameters = estimates(model.Parameters(), o.standardErrors)
	fit.LogLikelihood = o.mean*base.customers - float64(fit.Repeats)*math.Log(oldest)
	fit.Evaluations = evaluations
	return fit, nil
}

// boundaries returns the simpler models that BG/NBD turns into, the ones that
// a refused fit explains first.
func (m BGNBD) boundaries() []boundary {
	leaving := m.A / (m.A + m.B)
	return []boundary{
		{"no dropout", leaving < 5e-3},
		{"dropout after the first repeat purchase", leaving > 1-1e-3},
		{"one purchase rate for all customers", m.R > 1e3},
		{"one dropout probability for all customers", m.A+m.B > 1e3},
		{"some customers who never leave and some who leave at once", m.A < 1e-3 || m.B < 1e-3},
	}
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
