package btyd

import (
	"math"

	"cbv/valuation/btyd/likelihood"
)

var paretonbd = Family{
	Key:        "paretonbd",
	Dropout:    true,
	parameters: []declared{{"r", false}, {"alpha", true}, {"s", false}, {"beta", true}},
	of: func(v []float64) fittedModel {
		return ParetoNBD{R: v[0], Alpha: v[1], S: v[2], Beta: v[3]}
	},
	objective: (*purchaseBase).paretoObjective,
	starts:    (*purchaseBase).paretoStarts,
}

// ParetoNBD is the Pareto/NBD model: while alive a customer purchases at random
// at their own constant rate, and leaves for good at random at their own
// constant rate, at any time. Purchase rates are Gamma(R, Alpha) over customers,
// dropout rates Gamma(S, Beta). All four parameters are positive.
//
// Schmittlein, Morrison & Colombo (1987), "Counting Your Customers: Who Are They
// and What Will They Do Next?", Management Science 33.
type ParetoNBD struct {
	R     float64 // shape of the purchase rates
	Alpha float64 // rate of the purchase rates, in units of time
	S     float64 // shape of the dropout rates
	Beta  float64 // rate of the dropout rates, in units of time
}

// Name returns "Pareto/NBD".
func (m ParetoNBD) Name() string { return "Pareto/NBD" }

// Parameters returns r, alpha, s, beta.
func (m ParetoNBD) Parameters() []Parameter {
	return paretonbd.named(m.R, m.Alpha, m.S, m.Beta)
}

// LogLikelihood returns ln L of one customer with history h, for times in the
// model's unit.
//
// Fader & Hardie (2005), "A Note on Deriving the Pareto/NBD Model and Related
// Expressions", before its integral is written as a 2F1:
//
//	L = Γ(k)/Γ(r) α^r β^s { (α+T)^-k (β+T)^-s + s ∫_{t_x}^{T} (α+u)^-k (β+u)^-(s+1) du }
func (m ParetoNBD) LogLikelihood(h History) float64 {
	x := float64(h.Repeats)
	return likelihood.LnGammaRise(m.R, x) - x*math.Log(m.Alpha) + likelihood.Softplus(m.leftLogOdds(h)) -
		(m.R+x)*math.Log1p(h.Age/m.Alpha) - m.S*math.Log1p(h.Age/m.Beta)
}

// PAlive returns the probability that a customer with history h is still a
// customer at the cutoff: the part of L in which they are.
func (m ParetoNBD) PAlive(h History) float64 { return 1 / (1 + math.Exp(m.leftLogOdds(h))) }

// leftLogOdds returns the log-odds that a customer has left: -Inf for one who
// purchased at the cutoff.
func (m ParetoNBD) leftLogOdds(h History) float64 {
	k, alpha, beta := m.R+float64(h.Repeats), m.Alpha+h.LastPurchase, m.Beta+h.LastPurchase
	gap := h.Age - h.LastPurchase
	left := m.S / beta * decay{k, alpha, m.S + 1, beta}.integral(gap)
	return math.Log(left) + k*math.Log1p(gap/alpha) + m.S*math.Log1p(gap/beta)
}

// Future returns what a customer with x = repeats and T = age will do, given
// that they are alive: a new customer of Pareto/NBD (r+x, α+T, s, β+T).
func (m ParetoNBD) Future(repeats int, age float64) Future {
	return paretoFuture{k: m.R + float64(repeats), alpha: m.Alpha + age, s: m.S, beta: m.Beta + age}
}

// limits returns the simpler models that Pareto/NBD turns into.
func (m ParetoNBD) limits(oldest float64) []likelihood.Limit {
	dropouts := m.S / m.Beta * oldest // that the oldest customer is expected to have met
	return []likelihood.Limit{
		likelihood.Toward(NoDropout, "no dropout", "s/beta times the oldest age", dropouts, dropouts < 1e-2),
		likelihood.Toward(Boundary, "some customers who never leave and some who leave at once", "s", m.S, m.S < likelihood.SmallShape || dropouts > 1e4 && m.S < 1),
		likelihood.Toward(Boundary, "dropout right after the first purchase", "s/beta times the oldest age", dropouts, dropouts > 1e4),
		likelihood.NoVariation("one purchase rate for all customers", "r", m.R, 0),
		likelihood.NoVariation("one dropout rate for all customers", "s", m.S, 2),
	}
}

// paretoStarts returns the log-parameters that searches for Pareto/NBD start
// from: the base's mean rate with more and less spread, and more and less
// dropout within the oldest age.
func (base *purchaseBase) paretoStarts() [][]float64 {
	rate := base.meanRate()
	var starts [][]float64
	for _, guess := range []struct{ r, s, beta float64 }{{.5, .5, .4}, {1.5, 1, 2}, {.5, .1, .5}} {
		starts = append(starts, []float64{math.Log(guess.r), math.Log(guess.r / rate), math.Log(guess.s), math.Log(guess.beta)})
	}
	return starts
}
