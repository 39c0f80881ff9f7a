package btyd

import "math"

// paretoFuture is the future of a customer whose purchase rate is
// Gamma(k, alpha) and whose dropout rate is Gamma(s, beta).
type paretoFuture struct {
	k, alpha, s, beta float64
}

// Rate returns k/α per unit of time.
func (f paretoFuture) Rate() float64 { return f.k / f.alpha }

// MedianWait returns α (2^(1/k) - 1).
func (f paretoFuture) MedianWait() float64 { return medianWait(f.k, f.alpha) }

// Expected returns the expected number of purchases in (0, t], in which s = 1
// is an ordinary value. It is infinite at t = +Inf for s ≤ 1.
//
// Schmittlein, Morrison & Colombo (1987), whose conditional expectation is this
// times P(alive).
func (f paretoFuture) Expected(t float64) float64 {
	return f.Rate() * f.beta * shrinkage(f.s-1, math.Log1p(max(t, 0)/f.beta))
}

// Discounted returns the expected purchases in (0, t], discounted at the
// continuous rate delta per unit of time: the integral of the rate k/α, of
// dropout (1+u/β)^-s and of e^(-δu). With β+u = β e^v it is
//
//	(k/α) β ∫ e^(-δβ(e^v-1)) e^(-(s-1)v) dv,
//
// whose integrand is entire. At t = +Inf it is DERT.
//
// Fader, Hardie & Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer
// Base Analysis", Journal of Marketing Research 42, which writes DERT with Ψ, the
// confluent hypergeometric function of the second kind.
func (f paretoFuture) Discounted(t, delta float64) float64 {
	if t <= 0 {
		return 0
	}
	if delta > 0 {
		t = min(t, negligiblyFar/delta)
	} else if math.IsInf(t, 1) {
		return f.Expected(t) // δ = 0; δ < 0 could only add to it
	}
	epsilon, logGrowth := f.s-1, math.Log1p(t/f.beta)
	if delta >= 0 && epsilon > 0 {
		logGrowth = min(logGrowth, negligiblyFar/epsilon)
	}
	// Widths for which 16 nodes are exact: in the scale of v, of e^(-εv) and
	// of e^(-δu).
	panels := math.Ceil(max(logGrowth/0.75, math.Abs(epsilon)*logGrowth/12, math.Abs(delta)*t/8, 1))
	panels = min(panels, 1024) // beyond any parameters that a fit accepts
	width := logGrowth / panels
	total := 0.0
	for panel := 0.0; panel < panels; panel++ {
		for i, x := range panelX {
			v := (panel + x) * width
			total += panelW[i] * width * math.Exp(-delta*f.beta*math.Expm1(v)-epsilon*v)
		}
	}
	return f.Rate() * f.beta * total
}

// PPurchase returns the probability of at least one purchase in (0, t]: that of
// a first purchase at u, at the rate k/(α+u), by a customer who until u has
// neither purchased nor left.
func (f paretoFuture) PPurchase(t float64) float64 {
	return min(1, f.Rate()*decay{f.k + 1, f.alpha, f.s, f.beta}.integral(t))
}

// Survival returns (β/(β+t))^s, the chance that a lifetime is longer than t.
//
// Schmittlein, Morrison & Colombo (1987).
func (f paretoFuture) Survival(t float64) float64 {
	return math.Exp(-f.s * math.Log1p(max(t, 0)/f.beta))
}

// Counts sets p[n] to the probability of exactly n purchases in (0, t].
//
// Fader & Hardie (2005), "A Note on Deriving the Pareto/NBD Model and Related
// Expressions", before its integral is written as a 2F1: negative binomial
// counts over the time until the customer leaves, at u with density
// s/(β+u) (1+u/β)^-s, or until t.
func (f paretoFuture) Counts(t float64, p []float64) {
	clear(p)
	if len(p) == 0 {
		return
	}
	if t <= 0 {
		p[0] = 1
		return
	}
	// At t = +Inf: until e^-45 of all customers are left, or e^500 times β.
	if far := f.beta * math.Exp(min(negligiblyFar/f.s, 500)); math.IsInf(t, 1) {
		t = far
	}
	sweepCounts(f.mixture(t), f.k, p)
}

// mixture returns the components of the counts over (0, t]. With c = min(α, β)
// and u = c (e^w - 1) the counts of one n, as a function of w, are no narrower
// than √(z/k), z = u/(α+u) being about w where w is small: panels of equal width
// in y = √(w/W) follow that width.
func (f paretoFuture) mixture(t float64) []countNode {
	c := min(f.alpha, f.beta)
	logGrowth := math.Log1p(t / c)
	// A panel holds four of the narrowest deviations.
	panels := math.Ceil(max(logGrowth/1.5, math.Sqrt(f.k)*max(logGrowth, math.Sqrt(logGrowth))/2, math.Sqrt(f.s*logGrowth), 2))
	panels = min(panels, 4096) // beyond any parameters that a fit accepts
	nodes := make([]countNode, 0, int(panels)*panelNodes+1)
	for panel := 0.0; panel < panels; panel++ {
		for i, x := range panelX {
			y := (panel + x) / panels
			w := logGrowth * y * y
			u := c * math.Expm1(w)
			dw := 2 * logGrowth * y * panelW[i] / panels
			leaves := f.s * math.Exp(-f.s*math.Log1p(u/f.beta)) * (c + u) / (f.beta + u) * dw
			nodes = append(nodes, newCountNode(u, f.k, f.alpha, leaves))
		}
	}
	stays := math.Exp(-f.s * math.Log1p(t/f.beta))
	return append(nodes, newCountNode(t, f.k, f.alpha, stays))
}
