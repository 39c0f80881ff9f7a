package spend

import "math"

// Node is a place of a grid of counts. A base has as many sizes and means as customers;
// those whose counts are near the same node share its Distribution, and what rounding
// lost they correct by their own chance of a purchase and their own mean.
//
// With θ = Mean/Size, the ratio of variance to mean is 1 + θ. ln(1+θ) stands on one axis
// in equal steps, and on the other, at the θ of the step, 2√(Mean/θ)·arsinh√θ, which makes
// the step of a mean as much of its standard deviation everywhere: the two are the
// directions, at right angles, in which Fisher's information of the negative binomial
// distribution is nearly the same at all places. SQL finds the places by the same rule.
type Node struct{ Repeats, SpreadPlace, MeanPlace int }

// The steps of the grid. With them the probabilities of W are as near to those of a
// customer's own counts as a Distribution is to its own: within .003. Bases of a million
// have their counts near some 30,000 to 65,000 nodes, about as many as they have (x, T).
const (
	NodeSpreadStep = 0.02
	NodeMeanStep   = 0.05

	// Purchases up to NodePurchases, and among more those a factor e^NodePurchaseStep
	// apart.
	NodePurchases    = 16
	NodePurchaseStep = math.Ln2 / 8
)

// Counts returns the counts in the middle of what is nearest to the node.
func (n Node) Counts() Counts {
	theta := math.Expm1((float64(n.SpreadPlace) + 0.5) * NodeSpreadStep)
	root := math.Sqrt(theta)
	half := (float64(n.MeanPlace) + 0.5) * NodeMeanStep / (2 * math.Asinh(root))
	size := half * half
	return Counts{Repeats: n.Repeats, Size: size, Mean: size * theta}
}
