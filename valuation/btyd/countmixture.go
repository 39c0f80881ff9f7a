package btyd

import "math"

// countNode is one component of a mixture of negative binomial distributions:
// the counts over a span u of purchasing, which weight customers have.
//
//	weight · Γ(k+n)/(Γ(k) n!) (α/(α+u))^k (u/(α+u))^n
type countNode struct {
	z, lnZ  float64 // u/(α+u)
	term    float64 // of the n at hand; 0 while it underflows
	lnAwake float64 // its logarithm while it underflows
}

// newCountNode returns the component at n = 0.
func newCountNode(u, k, alpha, weight float64) countNode {
	logGrowth := math.Log1p(max(u, 0) / alpha)
	node := countNode{z: -math.Expm1(-logGrowth)}
	node.lnZ = math.Log(node.z)
	ln := math.Log(weight) - k*logGrowth
	if ln > lnAsleep {
		node.term = math.Exp(ln)
	} else {
		node.lnAwake = ln
	}
	return node
}

// Terms below e^lnAsleep are carried as logarithms: at k in the thousands the
// first underflow and the later ones do not.
const lnAsleep = -600

// sweepCounts sets p[n] to the probability of n in the mixture of nodes, all n
// in one sweep. It changes the nodes.
func sweepCounts(nodes []countNode, k float64, p []float64) {
	for n := range p {
		sum := 0.0
		for i := range nodes {
			sum += nodes[i].term
		}
		p[n] = sum
		growth := (k + float64(n)) / float64(n+1)
		lnGrowth := math.Log(growth)
		for i := range nodes {
			node := &nodes[i]
			if node.lnAwake == 0 {
				node.term *= growth * node.z
				continue
			}
			node.lnAwake += lnGrowth + node.lnZ
			if node.lnAwake > lnAsleep {
				node.term, node.lnAwake = math.Exp(node.lnAwake), 0
			}
		}
	}
}
