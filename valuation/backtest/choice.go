package backtest

import (
	"fmt"
	"math"
	"strings"

	"cbv/valuation/btyd"
)

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

// Choose returns the best of the allowed families of everybody; or, where that
// loses to it, the best of those by group, which may be another family. The best
// is the first, unless one after it won a contest against the one held so far. A
// nil allowed is ByDropout of the fits at the cutoff.
func (r Result) Choose(allowed func(family string) bool) Choice {
	if allowed == nil {
		allowed = ByDropout(r.fits(), r.Unfitted)
	}
	var pooled, byGroup []*Candidate
	for i := range r.Candidates {
		switch c := &r.Candidates[i]; {
		case !allowed(c.Family):
		case c.ByGroup:
			byGroup = append(byGroup, c)
		default:
			pooled = append(pooled, c)
		}
	}
	if len(pooled) == 0 {
		if r.Why != "" {
			return Choice{Reasons: []string{r.Why}}
		}
		return Choice{Reasons: []string{"none of the models in question could be fitted at the cutoff"}}
	}
	held, contests := r.best(pooled)
	if len(byGroup) > 0 {
		challenger, among := r.best(byGroup)
		contests = append(contests, among...)
		held, among = r.best([]*Candidate{held, challenger})
		contests = append(contests, among...)
	}
	choice := Choice{Candidate: held, Contests: contests, Reasons: r.doubts(held), Trust: Trusted}
	if len(choice.Reasons) > 0 {
		choice.Trust = NotTrusted
	}
	return choice
}

// fits returns the fits to everybody.
func (r Result) fits() []btyd.Fit {
	var fits []btyd.Fit
	for _, c := range r.Candidates {
		if !c.ByGroup {
			fits = append(fits, c.Fit)
		}
	}
	return fits
}

// best returns the first of the candidates, unless one after it won a contest
// against the one held so far, and the contests in order.
func (r Result) best(candidates []*Candidate) (held *Candidate, contests []Contest) {
	held = candidates[0]
	for _, challenger := range candidates[1:] {
		contest := r.contest(Purchases, held.Name, challenger.Name)
		contests = append(contests, contest)
		if contest.Won() {
			held = challenger
		}
	}
	return held, contests
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
