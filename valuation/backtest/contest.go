package backtest

import (
	"fmt"

	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/contest"
	"cbv/valuation/season"
	"cbv/valuation/trust"
)

// What is predicted, and what is held against what.
type (
	Target  = contest.Target
	Contest = contest.Contest
	Ratio   = season.Ratio

	// Those of trust.
	Trust     = trust.Trust
	Test      = trust.Test
	Judgement = trust.Judgement
)

// The targets.
const (
	Purchases = contest.Purchases
	Margin    = contest.Margin

	Untested   = trust.Untested
	NotTrusted = trust.NotTrusted
	Trusted    = trust.Trusted
)

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
	return contest.New(c, len(gains), func(i int) float64 { return gains[i] }, func(int) float64 { return 1 })
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

// newSums returns sums of the customers of some cutoffs, who are known by U.
func newSums(cutoffs ...[]Customer) *contest.Sums {
	var numbers [][]float64
	for _, customers := range cutoffs {
		of := make([]float64, len(customers))
		for i, customer := range customers {
			of[i] = customer.U
		}
		numbers = append(numbers, of)
	}
	return contest.NewSums(numbers...)
}

// sumsOf returns the sums of the customers of cutoffs.
func sumsOf(cutoffs []Cutoff) *contest.Sums {
	var customers [][]Customer
	for _, c := range cutoffs {
		customers = append(customers, c.hindcast.customers)
	}
	return newSums(customers...)
}
