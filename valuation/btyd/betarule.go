package btyd

import (
	"math"

	"cbv/valuation/btyd/likelihood"
)

// betaNode is one node of a quadrature rule over a Beta distribution.
type betaNode struct {
	p, weight float64
}

// Limits of a rule: its tails end where they hold nothing, and no rule has
// more nodes than this on either side of the mode.
const (
	ruleNodes      = 1 << 15
	ruleNegligible = 1e-20
)

// betaRule returns nodes and weights for the mean over p ~ Beta(a, b) of
// functions of p no steeper than (1+py)^-(k+1) and analytic where it is. The
// weights are positive and add up to 1, so there is nothing to cancel
// whatever the parameters. It is accurate to about 1e-13 and slow: hundreds of
// nodes.
//
// It is the trapezoid rule in s = ln(p/(1-p)), where the density is
// p^a (1-p)^b, analytic in the strip |Im s| < π, and decays exponentially:
// there the trapezoid rule converges as e^(-2π·width/h). Trefethen & Weideman
// (2014), "The Exponentially Convergent Trapezoidal Rule", SIAM Review 56.
func betaRule(a, b, k, y float64) []betaNode {
	// The step follows the sharpest curvature that the integrand can have.
	step := 0.25 / math.Sqrt(1+a*(b+k)/(a+b+k)/8)
	mode := math.Log(a / b)
	lnDensity := func(s float64) float64 {
		return -a*likelihood.Softplus(-s) - b*likelihood.Softplus(s)
	}
	top := lnDensity(mode)

	var rule []betaNode
	var sum, steepSum float64
	// add appends the node at s, and reports whether it counts for the
	// density itself or for its product with the steepest function.
	add := func(s float64) bool {
		p := math.Exp(-likelihood.Softplus(-s))
		weight := math.Exp(lnDensity(s) - top)
		steep := weight * math.Exp(-(k+1)*math.Log1p(p*y))
		rule = append(rule, betaNode{p, weight})
		sum += weight
		steepSum += steep
		return !(weight < ruleNegligible*sum && steep < ruleNegligible*steepSum)
	}
	// Below lowest and above highest every function is constant and the
	// density a pure exponential, whose trapezoid sum is a geometric series:
	// with a or b near 0 the tails are too long to walk.
	lowest := min(mode, -40-math.Log(max(1, b, (k+1)*y)))
	highest := max(mode, 40+math.Log(max(1, a, k+1)))
	closeTail := func(exponent float64) {
		last := &rule[len(rule)-1]
		tail := last.weight / math.Expm1(exponent*step)
		last.weight += tail
		sum += tail
	}

	add(mode)
	for n := 1.0; n < ruleNodes && mode-n*step > lowest && add(mode-n*step); n++ {
	}
	closeTail(a)
	// The rule has to be closed on both sides even if the mode is the only
	// node of one of them.
	add(mode + step)
	for n := 2.0; n < ruleNodes && mode+n*step < highest && add(mode+n*step); n++ {
	}
	closeTail(b)

	for i := range rule {
		rule[i].weight /= sum
	}
	return rule
}
