package backtest

import (
	"fmt"
	"math"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
)

// Target is what is predicted.
type Target string

// The targets.
const (
	Purchases Target = "purchases"
	Margin    Target = "margin"
)

// Contest is a model, the holder, against another, the challenger, on the same
// customers.
type Contest struct {
	Target             Target // "" where it is the likelihood of histories
	Holder, Challenger string

	// Gain is by how much the challenger is better, per customer: in Poisson
	// deviance, or in ln L. Its standard error is that of paired differences,
	// infinite for a single customer.
	Gain, StandardError float64
}

// Won reports whether the challenger is better by more than two standard
// errors: only then does it replace the holder, so that what a base is valued
// with does not flip from night to night.
func (c Contest) Won() bool { return c.Gain > 2*c.StandardError }

// newContest makes a contest of each customer's gain, gain(i) of weight(i)
// customers.
func newContest(c Contest, n int, gain func(i int) float64, weight func(i int) float64) Contest {
	var customers, sum float64
	for i := range n {
		customers += weight(i)
		sum += weight(i) * gain(i)
	}
	c.Gain = sum / customers
	squares := 0.0
	for i := range n {
		off := gain(i) - c.Gain
		squares += weight(i) * off * off
	}
	c.StandardError = math.Inf(1)
	if customers > 1 {
		c.StandardError = math.Sqrt(squares / (customers - 1) / customers)
	}
	return c
}

// pair is the forecasts of a contest.
type pair struct{ holder, challenger scored }

// among returns each candidate against those after it, those by group being last.
func among(candidates []scored) (pairs []pair) {
	for i, holder := range candidates {
		for _, challenger := range candidates[i+1:] {
			pairs = append(pairs, pair{holder, challenger})
		}
	}
	return pairs
}

// against returns each candidate against each baseline.
func against(candidates, baselines []scored) (pairs []pair) {
	for _, holder := range candidates {
		for _, challenger := range baselines {
			pairs = append(pairs, pair{holder, challenger})
		}
	}
	return pairs
}

// contests holds contests on a target.
func (t *test) contests(target Target, pairs []pair) []Contest {
	list := make([]Contest, len(pairs))
	likelihood.EachChunk(len(pairs), t.terms.Workers, func(i int) {
		p := pairs[i]
		list[i] = t.contest(Contest{Target: target, Holder: p.holder.name, Challenger: p.challenger.name},
			p.holder.deviances(target), p.challenger.deviances(target))
	})
	return list
}

// contest holds one by deviances at each cutoff.
func (t *test) contest(c Contest, held, challenged [][]float64) Contest {
	gains := t.gains(held, challenged)
	return newContest(c, len(gains), func(i int) float64 { return gains[i] }, func(int) float64 { return 1 })
}

// contest returns a contest that was held.
func (r Result) contest(target Target, holder, challenger string) Contest {
	for _, c := range r.Contests {
		if c.Target == target && c.Holder == holder && c.Challenger == challenger {
			return c
		}
	}
	panic(fmt.Sprintf("backtest: no contest of %s and %s on %s", holder, challenger, target))
}

// Prefer chooses among fits to a whole base where there is no backtest: the
// first, unless one after it is better, by more than two standard errors of ln
// L per customer, than the one held so far. It returns the place of the chosen
// one, -1 where there is no fit, and the contests in order.
//
// Vuong (1989), "Likelihood Ratio Tests for Model Selection and Non-nested
// Hypotheses", Econometrica 57.
func Prefer(base *btyd.Base, fits []btyd.Fit, workers int) (chosen int, contests []Contest) {
	if len(fits) == 0 {
		return -1, nil
	}
	histories := base.Counts()
	weight := func(i int) float64 { return float64(histories[i].Customers) }
	held := likelihoods(base, fits[0], workers)
	for i, challenger := range fits[1:] {
		own := likelihoods(base, challenger, workers)
		contest := newContest(Contest{Holder: fits[chosen].Model.Name(), Challenger: challenger.Model.Name()}, len(histories),
			func(i int) float64 { return own[i] - held[i] }, weight)
		contests = append(contests, contest)
		if contest.Won() {
			chosen, held = i+1, own
		}
	}
	return chosen, contests
}

// likelihoods returns ln L of each history of a base.
func likelihoods(base *btyd.Base, fit btyd.Fit, workers int) []float64 {
	const chunk = 4096
	histories := base.Counts()
	lnL := make([]float64, len(histories))
	likelihood.EachChunk((len(histories)+chunk-1)/chunk, workers, func(c int) {
		for i := c * chunk; i < min((c+1)*chunk, len(histories)); i++ {
			lnL[i] = fit.Model.LogLikelihood(histories[i].History)
		}
	})
	return lnL
}
