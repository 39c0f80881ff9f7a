package backtest

import (
	"fmt"
	"math"
	"strings"

	"cbv/valuation/btyd"
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

// contests holds the contests that a choice can ask for: on purchases each
// candidate against those after it, and those by group against the same family
// of everybody; on both targets each candidate against each baseline.
func contests(candidates, baselines []scored, workers int) []Contest {
	type pair struct {
		target             Target
		holder, challenger scored
	}
	var pairs []pair
	for i, holder := range candidates {
		for _, challenger := range candidates[i+1:] {
			if !holder.byGroup && (!challenger.byGroup || challenger.family == holder.family) {
				pairs = append(pairs, pair{Purchases, holder, challenger})
			}
		}
	}
	for _, target := range []Target{Purchases, Margin} {
		for _, holder := range candidates {
			for _, challenger := range baselines {
				pairs = append(pairs, pair{target, holder, challenger})
			}
		}
	}
	list := make([]Contest, len(pairs))
	each(len(pairs), workers, func(i int) {
		p := pairs[i]
		held, challenged := p.holder.deviances(p.target), p.challenger.deviances(p.target)
		list[i] = newContest(Contest{Target: p.target, Holder: p.holder.name, Challenger: p.challenger.name}, len(held),
			func(i int) float64 { return held[i] - challenged[i] }, func(int) float64 { return 1 })
	})
	return list
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

// Trust says whether a backtest supports the model.
type Trust int

// The states of trust.
const (
	Untested Trust = iota // there was nothing to test with
	NotTrusted
	Trusted
)

func (t Trust) String() string {
	return [...]string{"untested", "not trusted", "trusted"}[t]
}

// Choice is the model to use, and whether to trust it.
type Choice struct {
	Candidate *Candidate // nil: untested
	Contests  []Contest  // those that decided, in order
	Trust     Trust
	Reasons   []string // why it is not trusted, or untested
}

// Choose returns the first of the allowed candidates of everybody, unless one
// after it won a contest against the one held so far; and of that family the
// one by group where it won again. A nil allowed is ByDropout of the fits at the
// cutoff.
func (r Result) Choose(allowed func(family string) bool) Choice {
	var choice Choice
	var held *Candidate
	if allowed == nil {
		var fits []btyd.Fit
		for _, c := range r.Candidates {
			if !c.ByGroup {
				fits = append(fits, c.Fit)
			}
		}
		allowed = ByDropout(fits, r.Unfitted)
	}
	for i := range r.Candidates {
		c := &r.Candidates[i]
		if !allowed(c.Family) || held != nil && c.ByGroup && c.Family != held.Family {
			continue
		}
		if held == nil {
			held = c
			continue
		}
		contest := r.contest(Purchases, held.Name, c.Name)
		choice.Contests = append(choice.Contests, contest)
		if contest.Won() {
			held = c
		}
	}
	if held == nil {
		choice.Reasons = []string{r.Why}
		if r.Why == "" {
			choice.Reasons = []string{"none of the models in question could be fitted at the cutoff"}
		}
		return choice
	}
	choice.Candidate = held
	choice.Reasons = r.doubts(held)
	choice.Trust = Trusted
	if len(choice.Reasons) > 0 {
		choice.Trust = NotTrusted
	}
	return choice
}

// doubts returns what speaks against trust in a candidate.
func (r Result) doubts(c *Candidate) []string {
	var doubts []string
	for _, on := range []struct {
		target    Target
		candidate Score
		baseline  func(Baseline) Score
	}{
		{Purchases, c.Purchases, func(b Baseline) Score { return b.Purchases }},
		{Margin, c.Margin, func(b Baseline) Score { return b.Margin }},
	} {
		for _, b := range r.Baselines {
			contest := r.contest(on.target, c.Name, b.Name)
			if lost := contest.Gain > 0; lost {
				doubts = append(doubts, fmt.Sprintf("%s predicts %s worse than the baseline %q: mean Poisson deviance %.4g against %.4g (a difference of %.2g ± %.2g)",
					c.Name, on.target, b.Name, on.candidate.Deviance, on.baseline(b).Deviance, contest.Gain, contest.StandardError))
			}
		}
		if s := on.candidate; s.Actual <= 0 && s.Expected != 0 {
			doubts = append(doubts, fmt.Sprintf("%s predicts %s of %.2f in all, and there was %.2f", c.Name, on.target, s.Expected, s.Actual))
		} else if math.Abs(s.Error) > r.MaxTotalError {
			doubts = append(doubts, fmt.Sprintf("%s predicts %s of %.2f in all, and there was %.2f: off by %+.1f %% (95 %% interval %+.1f to %+.1f), more than %g %%",
				c.Name, on.target, s.Expected, s.Actual, 100*s.Error, 100*s.ErrorLow, 100*s.ErrorHigh, 100*r.MaxTotalError))
		}
	}
	return doubts
}

// Reason returns the reasons as one line.
func (c Choice) Reason() string { return strings.Join(c.Reasons, "; ") }

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
	each((len(histories)+chunk-1)/chunk, workers, func(c int) {
		for i := c * chunk; i < min((c+1)*chunk, len(histories)); i++ {
			lnL[i] = fit.Model.LogLikelihood(histories[i].History)
		}
	})
	return lnL
}
