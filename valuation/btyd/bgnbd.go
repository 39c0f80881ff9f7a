package btyd

import "math"

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
	return []Parameter{{"r", m.R}, {"alpha", m.Alpha}, {"a", m.A}, {"b", m.B}}
}

// LogLikelihood returns ln L of one customer with history h, for times in the
// model's unit.
//
// Fader, Hardie & Lee (2005), (6), with every power of α+T taken relative to
// α, so that large R and Alpha do not cancel.
func (m BGNBD) LogLikelihood(h History) float64 {
	x := float64(h.Repeats)
	k := m.R + x
	if h.Repeats == 0 {
		return -k * math.Log1p(h.Age/m.Alpha)
	}
	return lnGammaRise(m.R, x) - x*math.Log(m.Alpha) +
		lnGammaRise(m.B, x) - lnGammaRise(m.A+m.B, x) +
		softplus(m.leftLogOdds(h)) - k*math.Log1p(h.Age/m.Alpha)
}

// PAlive returns the probability that a customer with history h is still a
// customer at the cutoff.
//
// Fader, Hardie & Lee (2008), "Computing P(alive) Using the BG/NBD Model", (1).
func (m BGNBD) PAlive(h History) float64 {
	if h.Repeats == 0 {
		return 1 // the model lets a customer leave only after a repeat purchase
	}
	return 1 / (1 + math.Exp(m.leftLogOdds(h)))
}

// leftLogOdds returns the log-odds that a customer with x > 0 has left.
func (m BGNBD) leftLogOdds(h History) float64 {
	x := float64(h.Repeats)
	// One log1p of the ratio: ln(α+T) - ln(α+t_x), multiplied by r+x, would
	// lose digits when x is in the thousands.
	silence := math.Log1p((h.Age - h.LastPurchase) / (m.Alpha + h.LastPurchase))
	return math.Log(m.A/(m.B+x-1)) + (m.R+x)*silence
}

// Future returns what a customer with x = repeats and T = age will do, given
// that they are alive: a new customer of BG/NBD (r+x, α+T, a, b+x).
func (m BGNBD) Future(repeats int, age float64) Future {
	x := float64(repeats)
	return bgFuture{k: m.R + x, alpha: m.Alpha + age, a: m.A, b: m.B + x}
}
