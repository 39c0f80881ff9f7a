package spend

import (
	"math"

	"cbv/valuation/btyd/likelihood"
)

// worthTable has P(W_n > w) for customers of one shape, where W_n is the worth
// of n purchases in units of γ + S. With Gamma-Gamma W_n/(1+W_n) is Beta(pn, b):
// the ratio of a Gamma(pn) to a Gamma(b), whose rates cancel. With only a mean
// W_n = n.
//
// w is on a grid of one step in ln w, anchored at w = 1 and as long as needed.
type worthTable struct {
	p, b float64 // W_n/(1+W_n) ~ Beta(pn, b); p = 0: W_n = n
	step float64
	rows []worthRow // for each of sizes, made when first asked for

	points []gridPoint // from lowest on
	lowest int
}

// gridPoint is what every row's density needs of a w.
type gridPoint struct {
	lnOnePlus float64 // ln(1+w)
	share     float64 // w/(1+w)
}

// worthRow is P(W_n > w) at the grid points from first on. It is exceeds[0]
// before them and 0 after.
type worthRow struct {
	first   int
	exceeds []float64
}

const (
	// Steps of the grid in the least deviation of ln W over the horizon that
	// counts of up to this many purchases leave: fine enough for the sums
	// over densities, and for knots at whole steps.
	stepsPerDeviation = 16
	usualPurchases    = 1000
	longestStep       = 0.1 // ln W of tiny b bends at this scale whatever its deviation
	meanStep          = 0.005

	// A row ends where less than this is beyond it, or after so many steps.
	rowTail   = 1e-6
	rowSteps  = 4096
	rowStride = 4 // steps that its ends move at a time

	// Money beyond e^±this times the scale is not distinguished.
	lnFarthest = 300
)

// newWorthTable returns the table for customers of a shape.
func newWorthTable(shape Shape) *worthTable {
	t := &worthTable{p: shape.P, b: shape.B, step: meanStep, rows: make([]worthRow, len(sizes))}
	if t.p > 0 {
		t.step = min(longestStep, math.Sqrt(likelihood.Trigamma(t.b)+(1+1/t.p)/usualPurchases)/stepsPerDeviation)
	}
	return t
}

// row returns the row of n = sizes[size].
func (t *worthTable) row(size int) *worthRow {
	row := &t.rows[size]
	if row.exceeds == nil {
		*row = t.makeRow(sizes[size])
	}
	return row
}

func (t *worthTable) makeRow(n float64) worthRow {
	if t.p == 0 {
		// P(n > w): 1 at the grid points below ln n.
		return worthRow{int(math.Ceil(math.Log(n)/t.step)) - 1, []float64{1}}
	}
	a := t.p * n
	if deviation := math.Sqrt(likelihood.Trigamma(a) + likelihood.Trigamma(t.b)); deviation < 2*t.step {
		return t.narrowRow(a, deviation)
	}
	return t.wideRow(a)
}

// wideRow integrates the density of s = ln W,
//
//	f = e^(as) (1+e^s)^-(a+b) / B(a, b),
//
// between grid points by the trapezoid rule with its correction by f' at the ends:
// within 3e-5. ln f is concave, so |f/(ln f)'| bounds what is beyond a point.
func (t *worthTable) wideRow(a float64) worthRow {
	lnBeta := likelihood.LnGamma(a) - likelihood.LnGammaRise(t.b, a)
	mode := int(math.Round(math.Log(a/t.b) / t.step))
	slope := func(at int) float64 { // of ln f
		return a - (a+t.b)*t.point(at).share
	}
	density := func(at int) float64 {
		return math.Exp(a*float64(at)*t.step - (a+t.b)*t.point(at).lnOnePlus - lnBeta)
	}
	from := mode - 1
	for mode-from < rowSteps && !(density(from) < rowTail*slope(from)) {
		from -= rowStride
	}
	to := mode + 1
	for to-mode < rowSteps && !(density(to) < -rowTail*slope(to)) {
		to += rowStride
	}
	exceeds := make([]float64, to-from+1)
	f := density(from)
	df := f * slope(from)
	below := f / slope(from) // P(W ≤ w)
	exceeds[0] = 1 - below
	for at := from + 1; at <= to; at++ {
		next := density(at)
		dnext := next * slope(at)
		below += t.step/2*(f+next) + t.step*t.step/12*(df-dnext)
		exceeds[at-from] = max(0, 1-below)
		f, df = next, dnext
	}
	return worthRow{from, exceeds}
}

// narrowRow is for a W_n that the grid hardly resolves, both of whose shapes
// are then in the hundreds and more: ln W is normal, to 2e-4.
func (t *worthTable) narrowRow(a, deviation float64) worthRow {
	mean := math.Log(a/t.b) - 0.5/a + 0.5/t.b // digamma(a) - digamma(b)
	from := int(math.Floor((mean - 5*deviation) / t.step))
	to := int(math.Ceil((mean + 5*deviation) / t.step))
	exceeds := make([]float64, to-from+1)
	for i := range exceeds {
		exceeds[i] = math.Erfc((float64(from+i)*t.step-mean)/(deviation*math.Sqrt2)) / 2
	}
	return worthRow{from, exceeds}
}

// point returns a grid point. All rows use the same, so they are kept.
func (t *worthTable) point(at int) gridPoint {
	if i := at - t.lowest; 0 <= i && i < len(t.points) {
		return t.points[i]
	}
	const margin = 64
	from, to := at-margin, at+margin
	if len(t.points) > 0 {
		from, to = min(from, t.lowest), max(to, t.lowest+len(t.points)-1)
	}
	wider := make([]gridPoint, to-from+1)
	for i := range wider {
		if old := from + i - t.lowest; 0 <= old && old < len(t.points) {
			wider[i] = t.points[old]
			continue
		}
		s := float64(from+i) * t.step
		wider[i] = gridPoint{lnOnePlus: likelihood.Softplus(s), share: math.Exp(-likelihood.Softplus(-s))}
	}
	t.points, t.lowest = wider, from
	return t.points[at-from]
}
