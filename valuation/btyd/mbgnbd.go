package btyd

import (
	"math"

	"cbv/valuation/btyd/likelihood"
)

var mbgnbd = Family{
	Key:        "mbgnbd",
	Dropout:    true,
	parameters: []declared{{"r", false}, {"alpha", true}, {"a", false}, {"b", false}},
	of: func(v []float64) fittedModel {
		return MBGNBD{R: v[0], Alpha: v[1], A: v[2], B: v[3]}
	},
	objective: func(base *purchaseBase, workers int) likelihood.Objective {
		return base.bgObjective(1, workers)
	},
	starts: (*purchaseBase).bgStarts,
}

// MBGNBD is the MBG/NBD model: BG/NBD in which a customer may leave right after
// the first purchase too, not only after a repeat purchase. Rates are
// Gamma(R, Alpha) over customers, leaving probabilities Beta(A, B). All four
// parameters are positive.
//
// Batislam, Denizel & Filiztekin (2007), "Empirical validation and comparison of
// models for customer base analysis", International Journal of Research in
// Marketing 24. Hoppe & Wagner (2007), "Customer Base Analysis: The Case for a
// Central Variant of the Betageometric/NBD Model", Marketing - Journal of Research
// and Management 3, have it too.
type MBGNBD struct {
	R     float64 // shape of the purchase rates
	Alpha float64 // rate of the purchase rates, in units of time
	A, B  float64 // of the leaving probabilities, whose mean is A/(A+B)
}

// Name returns "MBG/NBD".
func (m MBGNBD) Name() string { return "MBG/NBD" }

// Parameters returns r, alpha, a, b.
func (m MBGNBD) Parameters() []Parameter {
	return mbgnbd.named(m.R, m.Alpha, m.A, m.B)
}

// LogLikelihood returns ln L of one customer with history h, for times in the
// model's unit.
//
// Batislam, Denizel & Filiztekin (2007): BG/NBD's with one chance to leave more.
func (m MBGNBD) LogLikelihood(h History) float64 { return m.likelihood().of(h) }

// PAlive returns the probability that a customer with history h is still a
// customer at the cutoff. Unlike BG/NBD's it falls with age for a customer with
// one purchase.
func (m MBGNBD) PAlive(h History) float64 { return 1 / (1 + math.Exp(m.likelihood().leftLogOdds(h))) }

func (m MBGNBD) leftSlopes(h History, slopes []float64) float64 {
	return m.likelihood().leftSlopes(h, slopes)
}

func (m MBGNBD) likelihood() bgLikelihood {
	return bgLikelihood{r: m.R, alpha: m.Alpha, a: m.A, b: m.B, first: 1}
}

// Future returns what a customer with x = repeats and T = age will do, given
// that they are alive. They have stayed x+1 times, so they are a customer of
// BG/NBD (r+x, α+T, a, b+x+1) who has just purchased and stayed.
func (m MBGNBD) Future(repeats int, age float64) Future {
	x := float64(repeats)
	return bgFuture{k: m.R + x, alpha: m.Alpha + age, a: m.A, b: m.B + x + 1}
}

func (m MBGNBD) limits(float64) []likelihood.Limit { return m.likelihood().limits("purchase") }
