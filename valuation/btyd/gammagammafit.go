package btyd

import (
	"cmp"
	"fmt"
	"math"
)

// SpendFit is a fitted Gamma-Gamma model and what the fit knows about it.
type SpendFit struct {
	Model         GammaGamma
	Parameters    []Estimate   // p, q, gamma
	Boundary      string       // where parameters are held: "one value for all purchases of a customer"; "" elsewhere
	Covariance    [][]float64  // of the logarithms of the parameters
	LogLikelihood float64      // in the unit of money that was given
	Evaluations   int          // of the log-likelihood and its gradient
	Customers     int64        // the repeaters it was fitted to
	Repeats       int64        // their repeat purchases
	Counts        int          // distinct (x, total)
	PooledMean    float64      // value of all their repeat purchases over their number
	Warning       SpendWarning // InfiniteMean, UndeterminedMean or none
}

// SpendWarning is something that a caller has to know before using a spend
// model.
type SpendWarning int

// The warnings there are, 0 being none.
const (
	// InfiniteMean: q ≤ 1, so the population mean does not exist. Use
	// PooledMean for customers without a repeat.
	InfiniteMean SpendWarning = iota + 1
	// UndeterminedMean: q is above 1 by less than two of its standard errors.
	// The population mean pγ/(q-1) then has a standard error of over half
	// itself, and can be any number of times what customers spend. Use
	// PooledMean for customers without a repeat.
	UndeterminedMean
	// NoSpendModel: the repeat purchases determine no model.
	NoSpendModel
	// SpendAtBoundary: the model is fitted at a boundary, with a parameter held.
	SpendAtBoundary
	// SpendGoesWithFrequency: customers who buy more often spend differently
	// per purchase, which the model takes not to be.
	SpendGoesWithFrequency
)

func (w SpendWarning) String() string {
	switch w {
	case InfiniteMean:
		return "Gamma-Gamma's q is at most 1, so its mean spend is infinite and the pooled mean stands in"
	case UndeterminedMean:
		return "Gamma-Gamma's q is within two standard errors of 1, so its mean spend is not determined and the pooled mean stands in"
	case SpendAtBoundary:
		return "Gamma-Gamma is fitted at a boundary"
	case NoSpendModel:
		return "the repeat purchases determine no spend model: use their mean"
	case SpendGoesWithFrequency:
		return "customers who buy more often spend differently per purchase: estimate spend within bands of repeat purchases"
	}
	return fmt.Sprintf("SpendWarning(%d)", int(w))
}

// spendName is Gamma-Gamma's name in errors.
const spendName = "Gamma-Gamma"

// FitGammaGamma fits Gamma-Gamma by maximum likelihood to repeat purchases
// counted by (x, total), in any order and with repetitions. Counts with no
// repeat or with a total of 0 or less are not part of the model and left out.
// The number of workers changes no digit.
//
// A *NoFitError says that the counts determine no model; any other error is a
// count that is not a number, or of no customer.
func FitGammaGamma(counts []SpendCount, workers int) (SpendFit, error) {
	for i, c := range counts {
		if c.Repeats < 0 || !finite(c.Total) || c.Customers < 1 {
			return SpendFit{}, fmt.Errorf("spend %d (x %d, total %g, %d customers): want x ≥ 0, a finite total and a customer", i, c.Repeats, c.Total, c.Customers)
		}
	}
	counts = repeatSpend(counts, workers)
	fit := SpendFit{Counts: len(counts)}
	for _, c := range counts {
		fit.Customers += c.Customers
		fit.Repeats += c.Customers * int64(c.Repeats)
	}
	switch {
	case len(counts) == 0:
		return SpendFit{}, &NoFitError{spendName, NoRepeats, "no customer has a repeat purchase of positive value", 0}
	case len(counts) < 3:
		return SpendFit{}, &NoFitError{spendName, TooFewHistories, fmt.Sprintf("%d distinct totals cannot determine 3 parameters", len(counts)), 0}
	}
	fit.PooledMean = pooledMean(counts)

	base := newSpendBase(counts, fit.PooledMean)
	var thin *surface
	if len(counts) > thinAbove {
		s := newSpendBase(thinned(counts, thinTo), fit.PooledMean).surface(workers)
		thin = &s
	}
	model := func(logs []float64) GammaGamma {
		return GammaGamma{P: math.Exp(logs[0]), Q: math.Exp(logs[1]), Gamma: fit.PooledMean * math.Exp(logs[2])}
	}
	boundaries := func(logs []float64) []boundary { return model(logs).boundaries() }
	o, evaluations, at, err := maximiseWithin(base.surface(workers), thin, spendStarts(), fit.Customers, boundaries)
	fit.Model, fit.Boundary = model(o.logs), at
	fit.LogLikelihood = o.mean*base.customers - base.customers*math.Log(fit.PooledMean)
	if err != nil {
		return SpendFit{}, noFit(spendName, fit.Model.Parameters(), boundaries(o.logs), fit.LogLikelihood, err)
	}
	fit.Parameters = estimates(fit.Model.Parameters(), o)
	fit.Covariance = o.covariance
	fit.Evaluations = evaluations
	switch q := fit.Parameters[1]; {
	case q.Value <= 1:
		fit.Warning = InfiniteMean
	case q.Value-2*q.StandardError <= 1:
		fit.Warning = UndeterminedMean
	}
	return fit, nil
}

// boundaries returns the simpler models that Gamma-Gamma turns into.
func (m GammaGamma) boundaries() []boundary {
	return []boundary{
		{Boundary, "one mean spend for all customers", "q", m.Q, m.Q > largeShape, heldAt(1)},
		{Boundary, "one value for all purchases of a customer", "p", m.P, m.P > largeShape, heldAt(0)},
		{Boundary, "spend without a scale", "min(p, q)", min(m.P, m.Q), min(m.P, m.Q) < fewShapes, nil},
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
func repeatSpend(counts []SpendCount, workers int) []SpendCount {
	kept := make([]SpendCount, 0, len(counts))
	for _, c := range counts {
		if c.Repeats > 0 && c.Total > 0 {
			kept = append(kept, c)
		}
	}
	byRepeatsAndTotal := func(a, b SpendCount) int {
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
	merge := func(into *SpendCount, from SpendCount) { into.Customers += from.Customers }
	return sortAndMerge(kept, workers, byRepeatsAndTotal, merge)
}

// spendBase is the repeat spend of a base laid out for likelihoods: rows
// are distinct (x, total) sorted by x, totals in units of the pooled mean.
type spendBase struct {
	weight  []float64 // customers of each row
	total   []float64 // x·m̄
	lnTotal []float64

	repeats   []float64 // distinct x, ascending
	sharing   []float64 // customers of each distinct x
	chunks    [][]segment
	customers float64
	lnMeans   float64 // Σ ln m̄ over customers
}

// newSpendBase lays out counts that are sorted by x.
func newSpendBase(counts []SpendCount, scale float64) *spendBase {
	base := &spendBase{
		weight:  make([]float64, len(counts)),
		total:   make([]float64, len(counts)),
		lnTotal: make([]float64, len(counts)),
	}
	distinct, chunks := segments(len(counts), func(row int) int { return counts[row].Repeats })
	base.chunks = chunks
	base.sharing = make([]float64, len(distinct))
	for _, x := range distinct {
		base.repeats = append(base.repeats, float64(x))
	}
	for _, chunk := range chunks {
		for _, s := range chunk {
			lnX := math.Log(base.repeats[s.repeats])
			for row := s.from; row < s.to; row++ {
				customers := float64(counts[row].Customers)
				base.weight[row] = customers
				base.total[row] = counts[row].Total / scale
				base.lnTotal[row] = math.Log(base.total[row])
				base.sharing[s.repeats] += customers
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

// surface returns the mean log-likelihood of Gamma-Gamma over the base, in
// ln p, ln q, ln γ. workers bounds the goroutines of one evaluation.
//
// Fader & Hardie (2013), (1a), arranged so that a row costs one logarithm:
//
//	ln L = lnΓ(px+q) - lnΓ(px) - lnΓ(q) + px ln(S/(γ+S)) - q ln((γ+S)/γ) - ln m̄
func (base *spendBase) surface(workers int) surface {
	sums := make([]spendSums, len(base.chunks))
	evaluate := func(parameters, gradient []float64) float64 {
		m := GammaGamma{P: math.Exp(parameters[0]), Q: math.Exp(parameters[1]), Gamma: math.Exp(parameters[2])}
		eachChunk(len(base.chunks), workers, func(chunk int) {
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
		lnL := m.P*rows.spent - m.Q*rows.unspent - base.lnMeans - base.customers*lnGamma(m.Q)
		byP, byQ, byLnGamma := rows.spent, -rows.unspent, rows.share
		for i, x := range base.repeats {
			px, customers := m.P*x, base.sharing[i]
			lnL += customers * lnGammaRise(px, m.Q)
			byP += customers * x * digammaRise(px, m.Q)
			byQ += customers * digammaRise(m.Q, px)
			byLnGamma -= customers * px
		}
		gradient[0] = m.P * byP / base.customers
		gradient[1] = m.Q * byQ / base.customers
		gradient[2] = byLnGamma / base.customers
		return lnL / base.customers
	}
	return surface{evaluate: evaluate, customers: base.customers}
}

// addSpend adds the rows of one x.
func (base *spendBase) addSpend(sums *spendSums, m GammaGamma, s segment) {
	var spent, unspent, share float64
	lnGamma := math.Log(m.Gamma)
	total, lnTotal := base.total[s.from:s.to], base.lnTotal[s.from:s.to]
	for i, weight := range base.weight[s.from:s.to] {
		sum := m.Gamma + total[i]
		lnSum := math.Log(sum)
		spent += weight * (lnTotal[i] - lnSum)
		unspent += weight * (lnSum - lnGamma)
		share += weight * (total[i] / sum)
	}
	x := base.repeats[s.repeats]
	sums.spent += x * spent
	sums.unspent += unspent
	sums.share += (m.P*x + m.Q) * share
}
