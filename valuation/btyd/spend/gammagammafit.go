package spend

import (
	"cmp"
	"fmt"
	"math"

	"cbv/valuation/btyd/likelihood"
)

// Fit is a fitted Gamma-Gamma model and what the fit knows about it.
type Fit struct {
	Model         GammaGamma
	Parameters    []likelihood.Estimate // p, q, gamma
	Boundary      string                // where parameters are fixed: "one value for all purchases of a customer"; "" elsewhere
	Covariance    [][]float64           // of the logarithms of the parameters
	LogLikelihood float64               // in the unit of money that was given
	Evaluations   int                   // of the log-likelihood and its gradient
	Customers     int64                 // the repeaters it was fitted to
	Repeats       int64                 // their repeat purchases
	Counts        int                   // distinct (x, total)
	PooledMean    float64               // value of all their repeat purchases over their number
	Warning       Warning               // InfiniteMean, UndeterminedMean or none
}

// Warning is something that a caller has to know before using a spend
// model.
type Warning int

// The warnings there are, 0 being none.
const (
	// InfiniteMean: q ≤ 1, so the population mean does not exist. Use
	// PooledMean for customers without a repeat.
	InfiniteMean Warning = iota + 1
	// UndeterminedMean: q is above 1 by less than two of its standard errors.
	// The population mean pγ/(q-1) then has a standard error of over half
	// itself, and can be any number of times what customers spend. Use
	// PooledMean for customers without a repeat.
	UndeterminedMean
	// NoModel: the repeat purchases determine no model.
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
		return "the repeat purchases determine no spend model: use their mean"
	case GoesWithFrequency:
		return "customers who buy more often spend differently per purchase: estimate spend within bands of repeat purchases"
	}
	return fmt.Sprintf("Warning(%d)", int(w))
}

// gammaGammaName is Gamma-Gamma's name in errors.
const gammaGammaName = "Gamma-Gamma"

// FitGammaGamma fits Gamma-Gamma by maximum likelihood to repeat purchases
// counted by (x, total), in any order and with repetitions. Counts with no
// repeat or with a total of 0 or less are not part of the model and left out.
// The number of workers changes no digit.
//
// A *likelihood.NoFitError says that the counts determine no model; any other error is a
// count that is not a number, or of no customer.
func FitGammaGamma(counts []Count, workers int) (Fit, error) {
	for i, c := range counts {
		if c.Repeats < 0 || !likelihood.Finite(c.Total) || c.Customers < 1 {
			return Fit{}, fmt.Errorf("spend %d (x %d, total %g, %d customers): want x ≥ 0, a finite total and a customer", i, c.Repeats, c.Total, c.Customers)
		}
	}
	counts = repeatSpend(counts, workers)
	fit := Fit{Counts: len(counts)}
	for _, c := range counts {
		fit.Customers += c.Customers
		fit.Repeats += c.Customers * int64(c.Repeats)
	}
	switch {
	case len(counts) == 0:
		return Fit{}, &likelihood.NoFitError{Model: gammaGammaName, Reason: likelihood.NoRepeats, Detail: "no customer has a repeat purchase of positive value"}
	case len(counts) < 3:
		return Fit{}, &likelihood.NoFitError{Model: gammaGammaName, Reason: likelihood.TooFewHistories, Detail: fmt.Sprintf("%d distinct totals cannot determine 3 parameters", len(counts))}
	}
	fit.PooledMean = pooledMean(counts)

	model := func(logs []float64) GammaGamma {
		return GammaGamma{P: math.Exp(logs[0]), Q: math.Exp(logs[1]), Gamma: fit.PooledMean * math.Exp(logs[2])}
	}
	base := newSpendBase(counts, fit.PooledMean)
	search := likelihood.Search{
		Objective: base.objective(workers),
		Starts:    spendStarts(),
		Repeaters: fit.Customers,
		Limits:    func(logs []float64) []likelihood.Limit { return model(logs).limits() },
	}
	if some := likelihood.Subsample(counts); some != nil {
		objective := newSpendBase(some, fit.PooledMean).objective(workers)
		search.Subsample = &objective
	}
	o, err := search.Maximise()
	fit.Model, fit.Boundary = model(o.Logs), o.Boundary
	fit.LogLikelihood = o.Mean*base.customers - base.customers*math.Log(fit.PooledMean)
	if err != nil {
		return Fit{}, likelihood.NoFit(gammaGammaName, fit.Model.Parameters(), search.Limits(o.Logs), fit.LogLikelihood, err)
	}
	fit.Parameters = o.Estimates(fit.Model.Parameters())
	fit.Covariance = o.Covariance
	fit.Evaluations = o.Evaluations
	fit.Warning = meanWarning(fit.Parameters[1])
	return fit, nil
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
func spendStarts() [][]float64 {
	var starts [][]float64
	for _, guess := range []struct{ p, q float64 }{{2, 3}, {6, 4}, {1, 1.5}, {20, 10}} {
		starts = append(starts, []float64{math.Log(guess.p), math.Log(guess.q), math.Log((guess.q - 1) / guess.p)})
	}
	return starts
}

// repeatSpend returns a sorted copy of the counts that are part of the model,
// equal ones merged.
func repeatSpend(counts []Count, workers int) []Count {
	kept := make([]Count, 0, len(counts))
	for _, c := range counts {
		if c.Repeats > 0 && c.Total > 0 {
			kept = append(kept, c)
		}
	}
	byRepeatsAndTotal := func(a, b Count) int {
		switch {
		case a.Repeats != b.Repeats:
			return cmp.Compare(a.Repeats, b.Repeats)
		case a.Total < b.Total:
			return -1
		case a.Total > b.Total:
			return 1
		}
		return 0
	}
	merge := func(into *Count, from Count) { into.Customers += from.Customers }
	return likelihood.SortAndMerge(kept, workers, byRepeatsAndTotal, merge)
}

// spendBase is the repeat spend of a base laid out for likelihoods: rows
// are distinct (x, total) sorted by x, totals in units of the pooled mean.
type spendBase struct {
	weight  []float64 // customers of each row
	total   []float64 // x·m̄
	lnTotal []float64

	repeats   []float64 // distinct x, ascending
	sharing   []float64 // customers of each distinct x
	chunks    [][]likelihood.Segment
	customers float64
	lnMeans   float64 // Σ ln m̄ over customers
}

// newSpendBase lays out counts that are sorted by x.
func newSpendBase(counts []Count, scale float64) *spendBase {
	base := &spendBase{
		weight:  make([]float64, len(counts)),
		total:   make([]float64, len(counts)),
		lnTotal: make([]float64, len(counts)),
	}
	distinct, chunks := likelihood.Segments(len(counts), func(row int) int { return counts[row].Repeats })
	base.chunks = chunks
	base.sharing = make([]float64, len(distinct))
	for _, x := range distinct {
		base.repeats = append(base.repeats, float64(x))
	}
	for _, chunk := range chunks {
		for _, s := range chunk {
			lnX := math.Log(base.repeats[s.Repeats])
			for row := s.From; row < s.To; row++ {
				customers := float64(counts[row].Customers)
				base.weight[row] = customers
				base.total[row] = counts[row].Total / scale
				base.lnTotal[row] = math.Log(base.total[row])
				base.sharing[s.Repeats] += customers
				base.customers += customers
				base.lnMeans += customers * (base.lnTotal[row] - lnX)
			}
		}
	}
	return base
}

// spendSums is what a chunk of rows adds to the log-likelihood: sums over
// customers of x ln(S/(γ+S)), ln((γ+S)/γ) and (px+q) S/(γ+S), S = x·m̄.
type spendSums struct {
	spent, unspent, share float64
}

// objective returns the mean log-likelihood of Gamma-Gamma over the base, in
// ln p, ln q, ln γ. workers bounds the goroutines of one evaluation.
//
// Fader & Hardie (2013), (1a), arranged so that a row costs one logarithm:
//
//	ln L = lnΓ(px+q) - lnΓ(px) - lnΓ(q) + px ln(S/(γ+S)) - q ln((γ+S)/γ) - ln m̄
func (base *spendBase) objective(workers int) likelihood.Objective {
	sums := make([]spendSums, len(base.chunks))
	evaluate := func(parameters, gradient []float64) float64 {
		m := GammaGamma{P: math.Exp(parameters[0]), Q: math.Exp(parameters[1]), Gamma: math.Exp(parameters[2])}
		likelihood.EachChunk(len(base.chunks), workers, func(chunk int) {
			sums[chunk] = spendSums{}
			for _, s := range base.chunks[chunk] {
				base.addSpend(&sums[chunk], m, s)
			}
		})
		var rows spendSums
		for _, s := range sums {
			rows.spent += s.spent
			rows.unspent += s.unspent
			rows.share += s.share
		}
		lnL := m.P*rows.spent - m.Q*rows.unspent - base.lnMeans - base.customers*likelihood.LnGamma(m.Q)
		byP, byQ, byLnGamma := rows.spent, -rows.unspent, rows.share
		for i, x := range base.repeats {
			px, customers := m.P*x, base.sharing[i]
			lnL += customers * likelihood.LnGammaRise(px, m.Q)
			byP += customers * x * likelihood.DigammaRise(px, m.Q)
			byQ += customers * likelihood.DigammaRise(m.Q, px)
			byLnGamma -= customers * px
		}
		gradient[0] = m.P * byP / base.customers
		gradient[1] = m.Q * byQ / base.customers
		gradient[2] = byLnGamma / base.customers
		return lnL / base.customers
	}
	return likelihood.Objective{Evaluate: evaluate, Customers: base.customers}
}

// addSpend adds the rows of one x.
func (base *spendBase) addSpend(sums *spendSums, m GammaGamma, s likelihood.Segment) {
	var spent, unspent, share float64
	lnGamma := math.Log(m.Gamma)
	total, lnTotal := base.total[s.From:s.To], base.lnTotal[s.From:s.To]
	for i, weight := range base.weight[s.From:s.To] {
		sum := m.Gamma + total[i]
		lnSum := math.Log(sum)
		spent += weight * (lnTotal[i] - lnSum)
		unspent += weight * (lnSum - lnGamma)
		share += weight * (total[i] / sum)
	}
	x := base.repeats[s.Repeats]
	sums.spent += x * spent
	sums.unspent += unspent
	sums.share += (m.P*x + m.Q) * share
}
