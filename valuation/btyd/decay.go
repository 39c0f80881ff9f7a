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

// Beyond a drop of f du by e^-37 nothing is left to add: 8.5e-17.
const decayCut = 37

// maxDecayPanels bounds the panels of an integral, beyond any parameters that a fit
// accepts.
const maxDecayPanels = 1024

// decayRule is a Gauss-Legendre rule on (0, 1), and the drop of f du and the
// width in w over which one panel of it is exact to about 1e-13, the
// integrand's singularities being at distance π or more from the real axis of w.
type decayRule struct {
	x, w        []float64
	drop, width float64
}

// decayRules are from the cheapest to the one that panels are made of.
var decayRules = []decayRule{newDecayRule(6, 1.5, 1), newDecayRule(12, 8, 2.5), newDecayRule(decayNodes, 40, 6)}

// decayNodes are the nodes of the largest rule.
const decayNodes = 24

func newDecayRule(nodes int, drop, width float64) decayRule {
	rule := decayRule{x: make([]float64, nodes), w: make([]float64, nodes), drop: drop, width: width}
	quad.Legendre{}.FixedLocations(rule.x, rule.w, 0, 1)
	return rule
}

// ruleFor returns the cheapest rule for a span, and the panels to cut it into.
func ruleFor(drop, width float64) (rule decayRule, panels float64) {
	for _, rule = range decayRules {
		if drop <= rule.drop && width <= rule.width {
			return rule, 1
		}
	}
	return rule, min(math.Ceil(max(drop/rule.drop, width/rule.width)), maxDecayPanels)
}

// decayNode is one node of a quadrature.
type decayNode struct {
	u        float64
	byAlpha  float64 // ln(1+u/α)
	byBeta   float64 // ln(1+u/β)
	integral float64 // weight · f(u) du
}

// integral returns ∫_0^t f(u) du. It is finite at t = +Inf if p+q > 1.
func (d decay) integral(t float64) float64 {
	var room [decayNodes]decayNode
	total := 0.0
	for panels := d.panels(t); panels.left > 0; {
		for _, node := range panels.next(&room) {
			total += node.integral
		}
	}
	return total
}

// decayPanels is ∫_0^t f(u) du cut into Gauss-Legendre panels, beyond the last
// of which it is negligible.
//
// With c = min(α, β) and u = c (e^w - 1) one of the power laws is a pure
// exponential in w, and the other's logarithm is convex:
//
//	f du = c e^-g(w) dw,   g(w) = (p-1) w + q ln(1 + ρ (e^w - 1)),   ρ = c/max(α, β)
//
// (p belonging to the smaller of α and β, q to the other).
type decayPanels struct {
	pure, mixed, c, rho float64 // p-1, q, c, ρ
	swapped             bool    // β is the smaller
	rule                decayRule
	from, width         float64 // of the next panel, in w
	left                int     // panels
}

// panels cuts ∫_0^t f(u) du into panels; none for t ≤ 0.
func (d decay) panels(t float64) decayPanels {
	p := decayPanels{pure: d.p - 1, mixed: d.q, c: d.alpha, rho: d.alpha / d.beta}
	if !(t > 0) {
		return p
	}
	if p.swapped = d.beta < d.alpha; p.swapped {
		p.pure, p.mixed, p.c, p.rho = d.q-1, d.p, d.beta, d.beta/d.alpha
	}
	width := math.Log1p(t / p.c)
	// Two lower bounds of g, which is convex: its tangents at 0 and at +Inf.
	if steep := p.pure + p.mixed*p.rho; steep > 0 {
		width = min(width, decayCut/steep)
	}
	if steep := p.pure + p.mixed; steep > 0 {
		width = min(width, (decayCut-p.mixed*math.Log(p.rho))/steep)
	}
	drop := p.pure*width + p.mixed*p.lnMixed(width)
	// Newton's method from the right only falls, toward the cut. The steps
	// save nodes; how many are taken changes no digit that matters.
	for range 6 {
		if !(drop > decayCut+3) {
			break
		}
		share := p.rho / (p.rho + (1-p.rho)*math.Exp(-width))
		width -= (drop - decayCut) / (p.pure + p.mixed*share)
		drop = p.pure*width + p.mixed*p.lnMixed(width)
	}
	rule, panels := ruleFor(drop, width)
	p.rule, p.left, p.width = rule, int(panels), width/panels
	return p
}

// next returns the nodes of the next panel, laid out in room.
func (p *decayPanels) next(room *[decayNodes]decayNode) []decayNode {
	nodes := room[:len(p.rule.x)]
	for i, x := range p.rule.x {
		w := p.from + x*p.width
		other := p.lnMixed(w)
		node := decayNode{u: p.c * math.Expm1(w), byAlpha: w, byBeta: other}
		if p.swapped {
			node.byAlpha, node.byBeta = other, w
		}
		node.integral = p.rule.w[i] * p.width * p.c * math.Exp(-p.pure*w-p.mixed*other)
		nodes[i] = node
	}
	p.from += p.width
	p.left--
	return nodes
}

// lnMixed returns ln(1 + ρ (e^w - 1)), with no overflow.
func (p *decayPanels) lnMixed(w float64) float64 {
	switch {
	case p.rho == 1:
		return w
	case w > 30:
		return w + math.Log(p.rho+(1-p.rho)*math.Exp(-w))
	}
	return math.Log1p(p.rho * math.Expm1(w))
}
