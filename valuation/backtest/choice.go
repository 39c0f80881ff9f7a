package backtest

import (
	"fmt"
	"math"
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/contest"
	"cbv/valuation/trust"
)

// Choice is a candidate, and whether to trust it.
type Choice struct {
	Candidate *Candidate // nil: there is none
	Contests  []Contest  // those that decided, in order
	Trust     Trust
	Reasons   []string // why it is not trusted, or untested: empty where it is trusted, and only there
	Notes     []string // what a reader of the trust should know and is no warning
}

// Choose returns the best of the allowed families of everybody; or, where that
// loses to it, the best of those by group, which may be another family. The best
// is the first, unless one after it wins a contest against the one held so far. A
// nil allowed is ByDropout of the fits at the cutoff.
func (r Result) Choose(allowed func(family string) bool) Choice {
	if allowed == nil {
		allowed = contest.ByDropout(r.fits(), r.Unfitted)
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
		return Choice{Reasons: r.untested("none of the models to choose from was fitted at the cutoff", allowed)}
	}
	held, contests := r.best(pooled)
	if len(byGroup) > 0 {
		challenger, among := r.best(byGroup)
		contests = append(contests, among...)
		held, among = r.best([]*Candidate{held, challenger})
		contests = append(contests, among...)
	}
	choice := r.judge(held)
	choice.Contests = contests
	return choice
}

// Judge returns a given candidate and whether to trust it. What is tested is the
// procedure: where the family had no fit at the cutoff, the next one in order that had
// is judged. Where the family was fitted to everybody but to no group, the candidate of
// everybody stands in for that by group. A note says so.
func (r Result) Judge(family string, byGroup bool) Choice {
	asked := r.candidate(family, byGroup)
	if asked != nil {
		return r.judge(asked)
	}
	pooled := r.candidate(family, false)
	if pooled == nil {
		next := r.next(family)
		if next == nil {
			return Choice{Reasons: r.untested(family+" was not fitted at the cutoff", func(name string) bool { return name == family })}
		}
		choice := r.judge(next)
		choice.Notes = append(choice.Notes, fmt.Sprintf("%s had no fit at the cutoff, so the test is of %s, the next in order", family, next.Name))
		return choice
	}
	choice := r.judge(pooled)
	choice.Notes = append(choice.Notes, fmt.Sprintf("no channel could be fitted by itself at the cutoff, so %s of all customers stands for %s",
		family, nameByGroup(family)))
	return choice
}

// next returns the candidate of everybody that follows a family in the order of
// preference, the first of all after the last, nil where there is none.
func (r Result) next(family string) *Candidate {
	place := func(name string) int {
		return slices.IndexFunc(btyd.Families, func(f btyd.Family) bool { return f.Name() == name })
	}
	var first *Candidate
	for i := range r.Candidates {
		c := &r.Candidates[i]
		if c.ByGroup {
			continue
		}
		if place(c.Family) > place(family) {
			return c
		}
		if first == nil {
			first = c
		}
	}
	return first
}

// candidate returns a candidate, nil where it was not fitted.
func (r Result) candidate(family string, byGroup bool) *Candidate {
	for i := range r.Candidates {
		if c := &r.Candidates[i]; c.Family == family && c.ByGroup == byGroup {
			return c
		}
	}
	return nil
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

// best returns the first of the candidates, unless one after it wins a contest
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

// untested says why there is no candidate of the families in question: a fact,
// and the refusals behind it.
func (r Result) untested(fact string, inQuestion func(family string) bool) []string {
	if r.Why != "" {
		return []string{r.Why}
	}
	reasons := []string{fact}
	for _, none := range r.Unfitted {
		if inQuestion(none.Model) {
			reasons = append(reasons, none.Error())
		}
	}
	return reasons
}

// judge says whether to trust a candidate.
func (r Result) judge(c *Candidate) Choice {
	choice := Choice{Candidate: c}
	tested := false
	for _, on := range []struct {
		target Target
		score  func(purchases, margin Score) Score
	}{
		{Purchases, func(purchases, _ Score) Score { return purchases }},
		{Margin, func(_, margin Score) Score { return margin }},
	} {
		s := on.score(c.Purchases, c.Margin)
		if s.Expected == 0 && s.Actual == 0 {
			choice.Notes = append(choice.Notes, fmt.Sprintf("the forecast of %s is not tested: %s forecasts none, and none were observed", on.target, c.Name))
			continue
		}
		tested = true
		for _, b := range r.Baselines {
			choice.Reasons = append(choice.Reasons, r.lost(on.target, c.Name, s, b.Name, on.score(b.Purchases, b.Margin))...)
		}
		choice.Reasons = append(choice.Reasons, r.off(on.target, c.Name, s)...)
	}
	switch {
	case !tested:
		choice.Reasons, choice.Notes = choice.Notes, nil
	case len(choice.Reasons) > 0:
		choice.Trust = NotTrusted
	default:
		choice.Trust = Trusted
	}
	return choice
}

// lost returns the warning that a baseline forecast a target better, if it did.
func (r Result) lost(target Target, name string, s Score, baseline string, by Score) []string {
	contest := r.contest(target, name, baseline)
	if contest.Gain <= 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s forecasts %s worse than the baseline %s: mean Poisson deviance %s against %s (a difference of %s, with a standard error of %s)",
		name, target, baseline, trust.Amount(s.Deviance, 4), trust.Amount(by.Deviance, 4), trust.Amount(contest.Gain, 2), trust.Amount(contest.StandardError, 2))}
}

// off returns the warning that the total of a target is too far off, if it is.
func (r Result) off(target Target, name string, s Score) []string {
	totals := fmt.Sprintf("%s forecasts %s purchases, and %s were observed", name, trust.Amount(s.Expected, 3), trust.Amount(s.Actual, 3))
	if target == Margin {
		totals = fmt.Sprintf("%s forecasts a margin of %s, and %s was observed", name, trust.Amount(s.Expected, 3), trust.Amount(s.Actual, 3))
	}
	switch {
	case !(s.Actual > 0):
		return []string{totals}
	case math.Abs(s.Error) <= r.MaxTotalError:
		return nil
	}
	return []string{fmt.Sprintf("%s: off by %+.1f %% (95 %% interval %+.1f to %+.1f), more than %.3g %%",
		totals, 100*s.Error, 100*s.ErrorLow, 100*s.ErrorHigh, 100*r.MaxTotalError)}
}
