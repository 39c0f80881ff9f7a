package btyd

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// decay is the product of two power laws that every quantity of Pareto/NBD is
// an integral of:
//
//	f(u) = (1+u/α)^-p (1+u/β)^-q,   p, q > 0
//
// Neither α < β nor α > β is a special case, and all terms are positive, so
// that nothing cancels; the 2F1 of the papers does both.
type decay struct {
	p, alpha float64
	q, beta  float64
}

const (
	decayNodes = 24

	// Beyond a drop of f du by e^-37 nothing is left to add: 8.5e-17.
	decayCut = 37

	// One panel of 24 nodes is exact to about 1e-13 over a drop of e^-40, and
	// over a width of 6 in w, the integrand's singularities being at distance
	// π or more from the real axis of w.
	decayPanelDrop  = 40
	decayPanelWidth = 6
	decayPanels     = 1024 // beyond any parameters that a fit accepts
)

// decayX and decayW are the Gauss-Legendre nodes and weights on (0, 1).
var decayX, decayW = func() (x, w [decayNodes]float64) {
	quad.Legendre{}.FixedLocations(x[:], w[:], 0, 1)
	return x, w
}()

// decayNode is one node of a quadrature.
type decayNode struct {
	u        float64
	byAlpha  float64 // ln(1+u/α)
	byBeta   float64 // ln(1+u/β)
	integral float64 // weight · f(u) du
}

// integral returns ∫_0^t f(u) du. It is finite at t = +Inf if p+q > 1.
func (d decay) integral(t float64) float64 {
	total := 0.0
	d.panels(t, func(nodes *[decayNodes]decayNode) {
		for i := range nodes {
			total += nodes[i].integral
		}
	})
	return total
}

// panels calls do with the nodes of each Gauss-Legendre panel of ∫_0^t f(u) du,
// which is negligible beyond the last of them.
//
// With c = min(α, β) and u = c (e^w - 1) one of the power laws is a pure
// exponential in w, and the other's logarithm is convex:
//
//	f du = c e^-g(w) dw,   g(w) = (p-1) w + q ln(1 + ρ (e^w - 1)),   ρ = c/max(α, β)
//
// (p belonging to the smaller of α and β, q to the other).
func (d decay) panels(t float64, do func(nodes *[decayNodes]decayNode)) {
	if !(t > 0) {
		return
	}
	pure, mixed, c, rho := d.p-1, d.q, d.alpha, d.alpha/d.beta
	swapped := d.beta < d.alpha
	if swapped {
		pure, mixed, c, rho = d.q-1, d.p, d.beta, d.beta/d.alpha
	}
	width := math.Log1p(t / c)
	// Two lower bounds of g, which is convex: its tangents at 0 and at +Inf.
	if steep := pure + mixed*rho; steep > 0 {
		width = min(width, decayCut/steep)
	}
	if steep := pure + mixed; steep > 0 {
		width = min(width, (decayCut-mixed*math.Log(rho))/steep)
	}
	drop := pure*width + mixed*lnMixed(rho, width)
	// Newton's method from the right only falls, toward the cut. The steps
	// save nodes; how many are taken changes no digit that matters.
	for range 6 {
		if !(drop > decayPanelDrop) {
			break
		}
		share := rho / (rho + (1-rho)*math.Exp(-width))
		width -= (drop - decayCut) / (pure + mixed*share)
		drop = pure*width + mixed*lnMixed(rho, width)
	}
	panels := math.Ceil(max(width/decayPanelWidth, drop/decayPanelDrop))
	panels = min(max(panels, 1), decayPanels)
	width /= panels

	var nodes [decayNodes]decayNode
	for panel := 0.0; panel < panels; panel++ {
		for i := range nodes {
			w := (panel + decayX[i]) * width
			other := lnMixed(rho, w)
			node := decayNode{u: c * math.Expm1(w), byAlpha: w, byBeta: other}
			if swapped {
				node.byAlpha, node.byBeta = other, w
			}
			node.integral = decayW[i] * width * c * math.Exp(-pure*w-mixed*other)
			nodes[i] = node
		}
		do(&nodes)
	}
}

// lnMixed returns ln(1 + ρ (e^w - 1)) for 0 < ρ ≤ 1 and w ≥ 0, with no overflow.
func lnMixed(rho, w float64) float64 {
	if w > 30 {
		return w + math.Log(rho+(1-rho)*math.Exp(-w))
	}
	return math.Log1p(rho * math.Expm1(w))
}
