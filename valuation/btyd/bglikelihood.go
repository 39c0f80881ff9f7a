package btyd

import (
	"math"

	"cbv/valuation/btyd/likelihood"
)

// bgLikelihood is the likelihood that BG/NBD and MBG/NBD share. They differ in
// the number of chances to leave that x repeat purchases bring: x in BG/NBD,
// x+1 in MBG/NBD, which counts the first purchase too.
type bgLikelihood struct {
	r, alpha, a, b float64
	first          float64 // chances to leave that the first purchase brings: 0 or 1
}

// of returns ln L of one customer with history h. Every power of α+T is taken
// relative to α, so that large r and α do not cancel.
func (m bgLikelihood) of(h History) float64 {
	x := float64(h.Repeats)
	chances := x + m.first
	return likelihood.LnGammaRise(m.r, x) - x*math.Log(m.alpha) +
		likelihood.LnGammaRise(m.b, chances) - likelihood.LnGammaRise(m.a+m.b, chances) +
		likelihood.Softplus(m.leftLogOdds(h)) - (m.r+x)*math.Log1p(h.Age/m.alpha)
}

// leftLogOdds returns the log-odds that a customer has left: -Inf for one who
// has had no chance to.
func (m bgLikelihood) leftLogOdds(h History) float64 {
	x := float64(h.Repeats)
	chances := x + m.first
	if chances == 0 {
		return math.Inf(-1)
	}
	// One log1p of the ratio: ln(α+T) - ln(α+t_x), multiplied by r+x, would
	// lose digits when x is in the thousands.
	gap := math.Log1p((h.Age - h.LastPurchase) / (m.alpha + h.LastPurchase))
	return math.Log(m.a/(m.b+(chances-1))) + (m.r+x)*gap
}

// leftSlopes returns the log-odds that a customer has left, and sets slopes to their
// derivatives by the logarithms of r, α, a and b.
func (m bgLikelihood) leftSlopes(h History, slopes []float64) (logOdds float64) {
	x := float64(h.Repeats)
	chances := x + m.first
	if chances == 0 {
		clear(slopes)
		return math.Inf(-1)
	}
	silent, last := h.Age-h.LastPurchase, m.alpha+h.LastPurchase
	gap := math.Log1p(silent / last)
	slopes[0] = m.r * gap
	slopes[1] = -(m.r + x) * m.alpha / (m.alpha + h.Age) * silent / last
	slopes[2] = 1
	slopes[3] = -m.b / (m.b + (chances - 1))
	return math.Log(m.a/(m.b+(chances-1))) + (m.r+x)*gap
}

// limits returns the simpler models that BG/NBD and MBG/NBD turn into. chance
// is the first occasion to leave.
func (m bgLikelihood) limits(chance string) []likelihood.Limit {
	leaving := m.a / (m.a + m.b)
	return []likelihood.Limit{
		likelihood.Toward(NoDropout, "no dropout", "a/(a+b)", leaving, leaving < 5e-3),
		likelihood.Toward(Boundary, "dropout after the first "+chance, "a/(a+b)", leaving, leaving > 1-1e-3),
		likelihood.NoVariation("one purchase rate for all customers", "r", m.r, 0),
		likelihood.NoVariation("one dropout probability for all customers", "a+b", m.a+m.b, 3),
		likelihood.AllOrNone("dropout after the first "+chance+" or never", "min(a, b)", min(m.a, m.b), 3),
	}
}
