package spend

import (
	"fmt"
	"math"

	"cbv/valuation/btyd/likelihood"
)

// Fit is a fitted Gamma-Gamma model and what the fit knows about it.
type Fit struct {
	Models        []GammaGamma          // of each band that was asked for: p and q are the same
	Parameters    []likelihood.Estimate // p, q, and gamma of each band
	Boundary      string                // where parameters are fixed: "one value for all purchases of a customer"; "" elsewhere
	Covariance    [][]float64           // of the logarithms of the parameters
	LogLikelihood float64               // in the unit of money that was given
	Evaluations   int                   // of the log-likelihood and its gradient
	Customers     int64                 // that it was fitted to
	Purchases     int64                 // of theirs: N
	Counts        int                   // distinct (x, n, total)
	PooledMean    float64               // value of all these purchases over their number
	Warning       Warning               // InfiniteMean, UndeterminedMean or none
}

// Warning is something that a caller has to know before using a spend
// model.
type Warning int

// The warnings there are, 0 being none.
const (
	// InfiniteMean: q ≤ 1, so the population mean does not exist. Use
	// PooledMean for customers of whom the model has seen no purchase.
	InfiniteMean Warning = iota + 1
	// UndeterminedMean: q is above 1 by less than two of its standard errors.
	// The population mean pγ/(q-1) then has a standard error of over half
	// itself, and can be any number of times what customers spend. Use
	// PooledMean for customers of whom the model has seen no purchase.
	UndeterminedMean
	// NoModel: the purchases determine no model.
	NoModel
	// AtBoundary: the model is fitted at a boundary, with a parameter fixed.
	AtBoundary
	// GoesWithFrequency: customers who buy more often spend differently
	// per purchase, which the model takes not to be.
	GoesWithFrequency
)

func (w Warning) String() string {
	switch w {
	case InfiniteMean:
		return "Gamma-Gamma's q is at most 1, so its mean spend is infinite and the pooled mean stands in"
	case UndeterminedMean:
		return "Gamma-Gamma's q is within two standard errors of 1, so its mean spend is not determined and the pooled mean stands in"
	case AtBoundary:
		return "Gamma-Gamma is fitted at a boundary"
	case NoModel:
		return "the purchases determine no spend model: use their mean"
	case GoesWithFrequency:
		return "customers who buy more often spend differently per purchase: estimate spend within bands of repeat purchases"
	}
	return fmt.Sprintf("Warning(%d)", int(w))
}

// gammaGammaName is Gamma-Gamma's name in errors.
const gammaGammaName = "Gamma-Gamma"

// FitGammaGamma fits Gamma-Gamma by maximum likelihood. Customers without a purchase
// that the form counts, or with a total of 0 or less, are not part of the model and
// left out. The bands, ascending ranges of repeats without a gap from 0 to
// MostRepeats, have a γ each, and p and q in common; none are one band of all. The
// number of workers changes no digit.
//
// A *likelihood.NoFitError says that the counts determine no model; any other error is a
// count that is not a number, or of no customer.
func FitGammaGamma(sample Sample, bands []Range, workers int) (Fit, error) {
	if err := sample.check(); err != nil {
		return Fit{}, err
	}
	if bands == nil {
		bands = []Range{everyRepeat}
	}
	counts := sample.seen(workers)
	fit := Fit{Counts: len(counts), PooledMean: meanPurchase(counts)}
	several := int64(0) // customers of whom one purchase can be held against another
	for _, c := range counts {
		fit.Customers += c.Customers
		fit.Purchases += c.Customers * int64(c.Purchases)
		if c.Repeats > 0 {
			several += c.Customers
		}
	}
	switch {
	case several == 0:
		return Fit{}, &likelihood.NoFitError{Model: gammaGammaName, Reason: likelihood.NoRepeats, Detail: "no customer has a repeat purchase of positive value"}
	case len(counts) < 2+len(bands):
		return Fit{}, &likelihood.NoFitError{Model: gammaGammaName, Reason: likelihood.TooFewHistories, Detail: fmt.Sprintf("%d distinct totals cannot determine %d parameters", len(counts), 2+len(bands))}
	}
	model := func(logs []float64, band int) GammaGamma {
		return GammaGamma{P: math.Exp(logs[0]), Q: math.Exp(logs[1]), Gamma: fit.PooledMean * math.Exp(logs[2+band])}
	}
	bandOf := func(repeats int) int { return bandAt(bands, repeats) }
	base := newSpendBase(counts, sample.Form, sample.LnValues, fit.PooledMean, bandOf, len(bands))
	search := likelihood.Search{
		Objective: base.objective(workers),
		Starts:    spendStarts(len(bands)),
		Repeaters: several,
		Limits:    func(logs []float64) []likelihood.Limit { return model(logs, 0).limits() },
	}
	if some := likelihood.Subsample(counts); some != nil {
		part := newSpendBase(some, sample.Form, 0, fit.PooledMean, bandOf, len(bands))
		part.lnSpread = base.spread() * (part.purchases - part.customers) // as in the whole
		objective := part.objective(workers)
		search.Subsample = &objective
	}
	o, err := search.Maximise()
	for band := range bands {
		fit.Models = append(fit.Models, model(o.Logs, band))
	}
	fit.Boundary = o.Boundary
	fit.LogLikelihood = o.Mean*base.customers - base.scaled()*math.Log(fit.PooledMean)
	if err != nil {
		return Fit{}, likelihood.NoFit(gammaGammaName, fit.parameters(), search.Limits(o.Logs), fit.LogLikelihood, err)
	}
	fit.Parameters = o.Estimates(fit.parameters())
	fit.Covariance = o.Covariance
	fit.Evaluations = o.Evaluations
	fit.Warning = meanWarning(fit.Parameters[1])
	return fit, nil
}

// scaled returns how many densities of money the likelihood is a product of.
func (base *spendBase) scaled() float64 {
	if base.single {
		return base.purchases
	}
	return base.customers
}

// parameters are p, q, and the gamma of each band.
func (f Fit) parameters() []likelihood.Parameter {
	list := f.Models[0].Parameters()
	for _, m := range f.Models[1:] {
		list = append(list, m.Parameters()[2])
	}
	return list
}

// OfBand returns the estimates of p, q and the gamma of a band.
func (f Fit) OfBand(band int) []likelihood.Estimate {
	return []likelihood.Estimate{f.Parameters[0], f.Parameters[1], f.Parameters[2+band]}
}

// AddBand adds the next band, of which a fit was known, by its estimates of p, q and
// gamma; p and q are those of the first.
func (f *Fit) AddBand(m GammaGamma, estimates []likelihood.Estimate) {
	if len(f.Models) > 0 {
		estimates = estimates[2:]
	}
	f.Models, f.Parameters = append(f.Models, m), append(f.Parameters, estimates...)
}

// meanWarning returns what an estimate of q says against the population mean, 0 for
// nothing.
func meanWarning(q likelihood.Estimate) Warning {
	switch {
	case q.Value <= 1:
		return InfiniteMean
	case q.Value-2*q.StandardError <= 1:
		return UndeterminedMean
	}
	return 0
}

// limits returns the simpler models that Gamma-Gamma turns into.
func (m GammaGamma) limits() []likelihood.Limit {
	return []likelihood.Limit{
		likelihood.NoVariation("one mean spend for all customers", "q", m.Q, 1),
		likelihood.NoVariation("one value for all purchases of a customer", "p", m.P, 0),
		likelihood.Toward(likelihood.Boundary, "spend without a scale", "min(p, q)", min(m.P, m.Q), min(m.P, m.Q) < likelihood.SmallShape),
	}
}

// spendStarts returns the log-parameters that searches start from, for totals
// in units of the pooled mean: little and much spread within and between
// customers, each with a population mean of 1.
func spendStarts(bands int) [][]float64 {
	var starts [][]float64
	for _, guess := range []struct{ p, q float64 }{{2, 3}, {6, 4}, {1, 1.5}, {20, 10}} {
		start := []float64{math.Log(guess.p), math.Log(guess.q)}
		for range bands {
			start = append(start, math.Log((guess.q-1)/guess.p))
		}
		starts = append(starts, start)
	}
	return starts
}
