package btyd

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mathext"

	"cbv/valuation/btyd/likelihood"
)

// bgFuture is the future of a customer who leaves, after each purchase to
// come, with a probability p ~ Beta(a, b), and whose rate is Gamma(k, alpha).
type bgFuture struct {
	k, alpha, a, b float64
}

const (
	// The series below are used while they take at most seriesTerms terms
	// and cancel at most the last few digits; elsewhere betaRule takes over.
	seriesTerms = 512
	usualTerms  = 128 // few series have more

	// Largest ratio of the summed sizes of the terms to the result: it
	// costs 2e-16 times this in relative accuracy.
	seriesCancellation = 2000

	panelNodes = 16
	fewNodes   = 8 // enough for one panel over which the integrand falls little

	// Purchases this many discounting times 1/δ ahead count for nothing:
	// e^-45 is 3e-20.
	negligiblyFar = 45
)

// panelX and panelW are the Gauss-Legendre nodes and weights on (0, 1).
var panelX, panelW = func() (x, w [panelNodes]float64) {
	quad.Legendre{}.FixedLocations(x[:], w[:], 0, 1)
	return x, w
}()

// fewX and fewW are those of a panel of fewNodes.
var fewX, fewW = func() (x, w [fewNodes]float64) {
	quad.Legendre{}.FixedLocations(x[:], w[:], 0, 1)
	return x, w
}()

// Rate returns k/α per unit of time.
func (f bgFuture) Rate() float64 { return f.k / f.alpha }

// MedianWait returns α (2^(1/k) - 1).
func (f bgFuture) MedianWait() float64 { return medianWait(f.k, f.alpha) }

// PPurchase returns the probability of a purchase in (0, t]: a customer who
// is alive cannot leave before it.
func (f bgFuture) PPurchase(t float64) float64 {
	if t <= 0 {
		return 0
	}
	return -math.Expm1(-f.k * math.Log1p(t/f.alpha))
}

// Counts sets p[n] to the probability of exactly n purchases in (0, t].
//
// Fader, Hardie & Lee (2005), (8): the customer buys n times and stays, or
// leaves at the n-th purchase and would have bought n times or more had they
// stayed. The latter is the upper tail of the negative binomial distribution,
// summed from its far end, where it is small.
func (f bgFuture) Counts(t float64, p []float64) {
	clear(p)
	if len(p) == 0 {
		return
	}
	if t <= 0 {
		p[0] = 1
		return
	}
	logGrowth := math.Log1p(t / f.alpha)
	z := -math.Expm1(-logGrowth) // t/(α+t), and 1 at t = +Inf
	p[0] = math.Exp(-f.k * logGrowth)
	if len(p) == 1 {
		return
	}
	// In logs as far as the last terms underflow, as they do at k in the thousands.
	last := float64(len(p) - 1)
	tail := mathext.RegIncBeta(last, f.k, z) // of `last` purchases or more
	lnCount := likelihood.LnGammaRise(f.k, last) - likelihood.LnGamma(last+1) - f.k*logGrowth + last*math.Log(z)
	lnStays := likelihood.LnGammaRise(f.b, last) - likelihood.LnGammaRise(f.a+f.b, last) // alive after so many
	count, stays := math.Exp(lnCount), math.Exp(lnStays)
	for n := len(p) - 1; n > 0; n-- {
		x := float64(n)
		p[n] = stays * (count + f.a/(f.b+x-1)*tail)
		// one purchase fewer
		growth, kept := (f.k+x-1)/x*z, (f.b+x-1)/(f.a+f.b+x-1)
		if min(lnCount, lnStays) > lnAsleep {
			count, stays = count/growth, stays/kept
		} else {
			lnCount -= math.Log(growth)
			lnStays -= math.Log(kept)
			count, stays = math.Exp(lnCount), math.Exp(lnStays)
		}
		tail += count
	}
}

// Expected returns the expected number of purchases in (0, t].
//
// Fader, Hardie & Lee (2005), (10), after Euler's transformation of its 2F1,
// in which a = 1 is an ordinary value:
//
//	c (1-(1-z)^ε)/ε - (1-z)^ε Σ_{n≥1} (A)_n (a)_{n-1} / ((c+1)_{n-1} n!) z^n
//	z = t/(α+t), ε = a-1, c = a+b-1, A = c-k
func (f bgFuture) Expected(t float64) float64 {
	switch {
	case t <= 0:
		return 0
	case math.IsInf(t, 1) && f.a <= 1:
		return math.Inf(1)
	case math.IsInf(t, 1):
		return (f.a + f.b - 1) / (f.a - 1) // the mean of 1/p over the leaving probability p
	}
	logGrowth := math.Log1p(t / f.alpha) // -ln(1-z)
	z := t / (f.alpha + t)
	epsilon, c := f.a-1, f.a+f.b-1
	first := c * shrinkage(epsilon, logGrowth)

	term := (c - f.k) * z
	sum, size := term, math.Abs(term)
	for n := 1.0; math.Abs(term) > 1e-17*(1-z)*size; n++ {
		if n == seriesTerms {
			return f.expectedByRule(t)
		}
		term *= (c - f.k + n) * (f.a + n - 1) / ((c + n) * (n + 1)) * z
		sum += term
		size += math.Abs(term)
	}
	power := math.Exp(-epsilon * logGrowth)
	expected := first - power*sum
	if !(math.Abs(first)+power*size <= seriesCancellation*expected) {
		return f.expectedByRule(t)
	}
	return expected
}

// shrinkage returns (1 - e^(-εv))/ε, which is v at ε = 0.
func shrinkage(epsilon, v float64) float64 {
	if epsilon == 0 {
		return v
	}
	return -math.Expm1(-epsilon*v) / epsilon
}

// expectedByRule is Expected as a mean of positive terms over the leaving
// probability: E[(1 - (1+pt/α)^-k) / p].
func (f bgFuture) expectedByRule(t float64) float64 {
	y := t / f.alpha
	sum := 0.0
	for _, node := range betaRule(f.a, f.b, f.k, y) {
		sum -= node.weight * math.Expm1(-f.k*math.Log1p(node.p*y)) / node.p
	}
	return sum
}

// Discounted returns the expected purchases in (0, t], discounted at the
// continuous rate delta per unit of time: the integral of e^(-δu) m(u), m being
// the derivative of Expected. No closed form is published. With
// α+u = α e^v the integrand is smooth at every scale of u,
//
//	k e^(-δu) e^(-εv) 2F1(a, a+b-k-1; a+b; 1-e^-v) dv,
//
// and Gauss-Legendre panels of equal width in v are exact to about 1e-13, and
// to 1e-10 at parameters far from any shop's.
func (f bgFuture) Discounted(t, delta float64) float64 {
	if t <= 0 {
		return 0
	}
	switch {
	case delta > 0:
		t = min(t, negligiblyFar/delta)
	case delta == 0 || math.IsInf(t, 1):
		return f.Expected(t) // δ < 0 could only add to it
	}
	logGrowth := math.Log1p(t / f.alpha)
	// Widths for which 16 nodes are exact: the first bound is for the
	// singularity of the 2F1, the second for the mixture of e^(-(k+1)pv) over
	// the leaving probabilities p that matter (at k near 100 even the few
	// above the third deviation do), the third for e^(-δu).
	mean := f.a / (f.a + f.b)
	large := min(1, mean+3*math.Sqrt(mean*(1-mean)/(f.a+f.b+1)))
	steepest := (f.k + 1) * max(large, 0.25)
	panels := math.Ceil(max(logGrowth/1.5, logGrowth*steepest/12, math.Abs(delta)*t/4, 1))
	panels = min(panels, 1024) // beyond any parameters that a fit accepts
	width := logGrowth / panels
	nodes, weights := panelX[:], panelW[:]
	if panels == 1 && logGrowth*steepest <= 3 && math.Abs(delta)*t <= 1 {
		nodes, weights = fewX[:], fewW[:] // as exact over a quarter of the fall
	}

	var room [usualTerms]float64
	series := f.newRateSeries(room[:0], -math.Expm1(-logGrowth))
	var rule []betaNode
	if !series.accurate {
		rule = betaRule(f.a, f.b, f.k, t/f.alpha)
	}
	total := 0.0
	for panel := 0.0; panel < panels; panel++ {
		var vRoom, rateRoom [panelNodes]float64
		v, rate := vRoom[:len(nodes)], rateRoom[:len(nodes)]
		for i, x := range nodes {
			v[i] = (panel + x) * width
		}
		if series.accurate {
			series.rates(v, rate)
		} else {
			f.ratesByRule(rule, v, rate)
		}
		for i, w := range weights {
			total += w * width * rate[i] * math.Exp(-delta*f.alpha*math.Expm1(v[i]))
		}
	}
	return f.k * total
}

// Survival returns the probability of staying through all purchases in (0, t]:
// the mean of (1-p)^N over the purchases N and the leaving probability p,
//
//	E[(1+pt/α)^-k] = 2F1(k, a; a+b; -t/α) = (1-z)^a 2F1(a, a+b-k; a+b; z),   z = t/(α+t),
//
// which is the rate of a future with one purchase fewer, per α/(α+t), and is
// computed as that is.
func (f bgFuture) Survival(t float64) float64 {
	switch {
	case t <= 0:
		return 1
	case math.IsInf(t, 1):
		return 0 // sooner or later they purchase, and leave
	}
	logGrowth := math.Log1p(t / f.alpha) // -ln(1-z)
	fewer := f
	fewer.k--
	var room [usualTerms]float64
	series := fewer.newRateSeries(room[:0], -math.Expm1(-logGrowth))
	if series.accurate {
		return min(1, math.Exp(-f.a*logGrowth)*series.at(-math.Expm1(-logGrowth)))
	}
	sum := 0.0
	for _, node := range betaRule(f.a, f.b, f.k, t/f.alpha) {
		sum += node.weight * math.Exp(-f.k*math.Log1p(node.p*t/f.alpha))
	}
	return min(1, sum)
}

// rateSeries is the power series of 2F1(a, a+b-k-1; a+b; w) up to some w.
type rateSeries struct {
	coefficients []float64
	epsilon      float64
	accurate     bool // false: use the rule instead
}

// newRateSeries cuts the series where it has converged at the largest w asked
// for. Its coefficients are put into the room, as far as that goes.
func (f bgFuture) newRateSeries(room []float64, w float64) rateSeries {
	upper, lower := f.a+f.b-f.k-1, f.a+f.b
	s := rateSeries{coefficients: append(room, 1), epsilon: f.a - 1}
	coefficient, power, sum, size := 1.0, 1.0, 1.0, 1.0
	for n := 0.0; n < seriesTerms; n++ {
		coefficient *= (f.a + n) * (upper + n) / ((lower + n) * (n + 1))
		power *= w
		s.coefficients = append(s.coefficients, coefficient)
		sum += coefficient * power
		size += math.Abs(coefficient * power)
		if math.Abs(coefficient*power) <= 1e-17*(1-w)*size {
			s.accurate = size <= seriesCancellation*sum
			break
		}
	}
	return s
}

// at returns the series at w.
func (s rateSeries) at(w float64) float64 {
	sum := 0.0
	for _, c := range slices.Backward(s.coefficients) {
		sum = sum*w + c
	}
	return sum
}

// rates sets rate to e^(-εv) 2F1 at each v. The nodes go through the series
// side by side: one after the other each would wait for its own last product.
func (s rateSeries) rates(v, rate []float64) {
	var room [panelNodes]float64
	w := room[:len(v)]
	rate = rate[:len(v)]
	for i := range v {
		w[i] = -math.Expm1(-v[i])
	}
	for n := len(s.coefficients) - 1; n >= 0; n-- {
		c := s.coefficients[n]
		for i := range w {
			rate[i] = rate[i]*w[i] + c
		}
	}
	for i := range rate {
		rate[i] *= math.Exp(-s.epsilon * v[i])
	}
}

// ratesByRule sets rate to e^v E[(1+py)^-(k+1)], y = e^v - 1, at each v.
func (f bgFuture) ratesByRule(rule []betaNode, v, rate []float64) {
	for i := range v {
		y := math.Expm1(v[i])
		sum := 0.0
		for _, node := range rule {
			sum += node.weight * math.Exp(-(f.k+1)*math.Log1p(node.p*y))
		}
		rate[i] = (1 + y) * sum
	}
}
