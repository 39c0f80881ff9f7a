package btyd

import "math"

// outcomeTable has P(W_n > w) for customers with one x, where W_n is the worth
// of n purchases in units of γ + x m̄. With Gamma-Gamma W_n/(1+W_n) is
// Beta(pn, px+q): the ratio of a Gamma(pn) to a Gamma(px+q), whose rates
// cancel. Fader & Hardie (2013), (4), for the latter. With only a mean W_n = n.
//
// w is on a grid of one step in ln w, anchored at w = 1 and as long as needed.
type outcomeTable struct {
	p, b float64 // W_n/(1+W_n) ~ Beta(pn, b); p = 0: W_n = n
	step float64
	rows []outcomeRow // for each of outcomeSizes, made when first asked for

	points []gridPoint // from lowest on
	lowest int
}

// gridPoint is what every row's density needs of a w.
type gridPoint struct {
	lnOnePlus float64 // ln(1+w)
	share     float64 // w/(1+w)
}

// outcomeRow is P(W_n > w) at the grid points from first on. It is exceeds[0]
// before them and 0 after.
type outcomeRow struct {
	first   int
	exceeds []float64
}

const (
	// Steps of the grid in the least deviation of ln W over the horizon that
	// counts of up to this many purchases leave: fine enough for the sums
	// over densities, and for knots at whole steps.
	stepsPerDeviation = 16
	usualPurchases    = 1000
	longestStep       = 0.1 // ln W of tiny px+q bends at this scale whatever its deviation
	meanStep          = 0.005

	// A row ends where less than this is beyond it, or after so many steps.
	rowTail   = 1e-6
	rowSteps  = 4096
	rowStride = 4 // steps that its ends move at a time

	// Money beyond e^±this times the scale is not told apart.
	lnFarthest = 300
)

// newOutcomeTable returns the table for customers with x repeats. A nil spend
// stands for only a mean.
func newOutcomeTable(spend *GammaGamma, x int) *outcomeTable {
	t := &outcomeTable{step: meanStep, rows: make([]outcomeRow, len(outcomeSizes))}
	if spend != nil {
		t.p, t.b = spend.P, spend.P*float64(x)+spend.Q
		t.step = min(longestStep, math.Sqrt(trigamma(t.b)+(1+1/t.p)/usualPurchases)/stepsPerDeviation)
	}
	return t
}

// row returns the row of n = outcomeSizes[size].
func (t *outcomeTable) row(size int) *outcomeRow {
	row := &t.rows[size]
	if row.exceeds == nil {
		*row = t.makeRow(outcomeSizes[size])
	}
	return row
}

func (t *outcomeTable) makeRow(n float64) outcomeRow {
	if t.p == 0 {
		// P(n > w): 1 at the grid points below ln n.
		return outcomeRow{int(math.Ceil(math.Log(n)/t.step)) - 1, []float64{1}}
	}
	a := t.p * n
	if deviation := math.Sqrt(trigamma(a) + trigamma(t.b)); deviation < 2*t.step {
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
func (t *outcomeTable) wideRow(a float64) outcomeRow {
	lnBeta := lnGamma(a) - lnGammaRise(t.b, a)
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
	return outcomeRow{from, exceeds}
}

// narrowRow is for a W_n that the grid hardly resolves, both of whose shapes
// are then in the hundreds and more: ln W is normal, to 2e-4.
func (t *outcomeTable) narrowRow(a, deviation float64) outcomeRow {
	mean := math.Log(a/t.b) - 0.5/a + 0.5/t.b // digamma(a) - digamma(b)
	from := int(math.Floor((mean - 5*deviation) / t.step))
	to := int(math.Ceil((mean + 5*deviation) / t.step))
	exceeds := make([]float64, to-from+1)
	for i := range exceeds {
		exceeds[i] = math.Erfc((float64(from+i)*t.step-mean)/(deviation*math.Sqrt2)) / 2
	}
	return outcomeRow{from, exceeds}
}

// point returns a grid point. All rows use the same, so they are kept.
func (t *outcomeTable) point(at int) gridPoint {
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
		wider[i] = gridPoint{lnOnePlus: softplus(s), share: math.Exp(-softplus(-s))}
	}
	t.points, t.lowest = wider, from
	return t.points[at-from]
}

// trigamma returns ψ'(z) for z > 0. Abramowitz & Stegun 6.4.6, 6.4.12.
func trigamma(z float64) float64 {
	sum := 0.0
	for ; z < asymptoticFrom; z++ { // at most asymptoticFrom terms
		sum += 1 / (z * z)
	}
	i := 1 / (z * z)
	return sum + 1/z + i/2 + i/z*(1./6-i*(1./30-i*(1./42-i/30)))
}
