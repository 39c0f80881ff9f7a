package btyd

import (
	"math"

	"cbv/valuation/btyd/likelihood"
)

var bgnbd = Family{
	Key:        "bgnbd",
	Dropout:    true,
	parameters: []declared{{"r", false}, {"alpha", true}, {"a", false}, {"b", false}},
	of: func(v []float64) fittedModel {
		return BGNBD{R: v[0], Alpha: v[1], A: v[2], B: v[3]}
	},
	objective: func(base *purchaseBase, workers int) likelihood.Objective {
		return base.bgObjective(0, workers)
	},
	starts: (*purchaseBase).bgStarts,
}

// BGNBD is the BG/NBD model: while alive a customer purchases at random at
// their own constant rate, and after each repeat purchase leaves for good with
// their own constant probability. Rates are Gamma(R, Alpha) over customers,
// leaving probabilities Beta(A, B). All four parameters are positive.
//
// Fader, Hardie & Lee (2005), "Counting Your Customers the Easy Way: An
// Alternative to the Pareto/NBD Model", Marketing Science 24.
type BGNBD struct {
	R     float64 // shape of the purchase rates
	Alpha float64 // rate of the purchase rates, in units of time
	A, B  float64 // of the leaving probabilities, whose mean is A/(A+B)
}

// Name returns "BG/NBD".
func (m BGNBD) Name() string { return "BG/NBD" }

// Parameters returns r, alpha, a, b.
func (m BGNBD) Parameters() []Parameter {
	return bgnbd.named(m.R, m.Alpha, m.A, m.B)
}

// LogLikelihood returns ln L of one customer with history h, for times in the
// model's unit.
//
// Fader, Hardie & Lee (2005), (6).
func (m BGNBD) LogLikelihood(h History) float64 { return m.likelihood().of(h) }

// PAlive returns the probability that a customer with history h is still a
// customer at the cutoff: 1 for one without a repeat purchase, since the model
// lets a customer leave only after one.
//
// Fader, Hardie & Lee (2008), "Computing P(alive) Using the BG/NBD Model", (1).
func (m BGNBD) PAlive(h History) float64 { return 1 / (1 + math.Exp(m.likelihood().leftLogOdds(h))) }

func (m BGNBD) leftSlopes(h History, slopes []float64) float64 {
	return m.likelihood().leftSlopes(h, slopes)
}

func (m BGNBD) likelihood() bgLikelihood {
	return bgLikelihood{r: m.R, alpha: m.Alpha, a: m.A, b: m.B, first: 0}
}

// Future returns what a customer with x = repeats and T = age will do, given
// that they are alive: a new customer of BG/NBD (r+x, α+T, a, b+x).
func (m BGNBD) Future(repeats int, age float64) Future {
	x := float64(repeats)
	return bgFuture{k: m.R + x, alpha: m.Alpha + age, a: m.A, b: m.B + x}
}

func (m BGNBD) limits(float64) []likelihood.Limit { return m.likelihood().limits("repeat purchase") }
