package spend

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// nodeOf returns the node that counts are nearest to.
func nodeOf(c Counts) Node {
	n := Node{Repeats: c.Repeats, SpreadPlace: int(math.Log1p(c.Mean/c.Size) / NodeSpreadStep)}
	if c.Repeats >= NodePurchases {
		n.Repeats = int(math.Round(math.Exp(math.Round(math.Log(float64(1+c.Repeats))/NodePurchaseStep)*NodePurchaseStep))) - 1
	}
	theta := math.Expm1((float64(n.SpreadPlace) + 0.5) * NodeSpreadStep)
	n.MeanPlace = int(2 * math.Sqrt(c.Mean/theta) * math.Asinh(math.Sqrt(theta)) / NodeMeanStep)
	return n
}

// drawCounts returns counts of customers as shops have them: S at the most as many as
// the repeats.
func drawCounts(draw *rand.Rand) Counts {
	repeats := int(math.Exp(draw.Float64()*math.Log(100))) - 1
	return Counts{
		Repeats: repeats,
		Size:    math.Exp(draw.Float64()*math.Log(20))/10 + float64(repeats)*draw.Float64(),
		Mean:    math.Exp(math.Log(0.003) + draw.Float64()*math.Log(30/0.003)),
	}
}

// exceedsByNode returns P(W > w) by the Distribution of the node, corrected for what
// rounding lost: by the chance of a purchase, and by the mean of those who purchase.
func exceedsByNode(c Counts, node Counts, shape func(int) Shape, d *Distribution, w float64) float64 {
	ofPurchasers := func(c Counts) float64 { return c.Mean / (1 - c.None()) }
	own, its := shape(c.Repeats), shape(node.Repeats)
	ratio := ofPurchasers(c) / ofPurchasers(node)
	if own.P > 0 && node.Repeats != c.Repeats {
		ratio *= (its.B - 1) / (own.B - 1)
	}
	return d.PExceeds((1-c.None())/(1-d.None), w/ratio)
}

// Probabilities by the node that is nearest against the sum over all counts of a
// customer's own.
func TestAgreementOfNodesAndTheirCustomers(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 0))
	customers := 1500
	if testing.Short() {
		customers = 300
	}
	var errors []float64
	worst, worstAt := 0.0, ""
	for range customers {
		gammaGamma := &GammaGamma{P: []float64{0.5, 1.5, 6.25}[draw.IntN(3)], Q: []float64{1.1, 3.74, 10}[draw.IntN(3)], Gamma: 1}
		shape := after(gammaGamma)
		c := drawCounts(draw)
		node := nodeOf(c).Counts()
		d := DistributionsOf([]Counts{node}, shape, 1e6, 1)[0]
		f, horizon := c.future()
		counts := countsOf(f, horizon)
		typical := gammaGamma.P * c.Mean / (1 - c.None()) / (shape(c.Repeats).B - 1)
		for u := -3.0; u < 3; u += 0.25 {
			w := typical * math.Exp(u)
			off := math.Abs(exceedsByNode(c, node, shape, &d, w) - exceedsBySum(gammaGamma, c.Repeats, counts, w))
			errors = append(errors, off)
			if !(off <= worst) {
				worst, worstAt = off, fmt.Sprintf("%+v by %+v, %+v", c, node, *gammaGamma)
			}
		}
	}
	slices.Sort(errors)
	if got := errors[len(errors)*99/100]; !(got <= 0.002) {
		t.Errorf("one in a hundred probabilities is off by %.5f and more", got)
	}
	if !(worst <= 0.0035) {
		t.Errorf("%s: off by %.5f", worstAt, worst)
	}
	t.Logf("99 %% within %.5f; worst %.5f: %s", errors[len(errors)*99/100], worst, worstAt)
}

// A node is in the middle of what is nearest to it.
func TestNodesAreTheirOwn(t *testing.T) {
	draw := rand.New(rand.NewPCG(2, 0))
	for range 1000 {
		n := nodeOf(drawCounts(draw))
		if got := nodeOf(n.Counts()); got != n {
			t.Errorf("the counts of %+v are nearest to %+v", n, got)
		}
	}
}

// Counts and futures are the same: of customers who never leave, whose horizon is their
// mean.
func TestAgreementOfCountsAndTheirFuture(t *testing.T) {
	for _, c := range []Counts{{0, 0.01, 0.02}, {0, 1, 1}, {5, 1e6, 3}, {5, 0.001, 40}, {5, 200, 1e-9}} {
		f, horizon := c.future()
		p := make([]float64, 1)
		f.Counts(horizon, p)
		if got, want := c.None(), p[0]; !(math.Abs(got-want) <= 1e-12) {
			t.Errorf("%+v: P(0) is %g, want %g", c, got, want)
		}
		if got := f.Expected(horizon); !(math.Abs(got/c.Mean-1) <= 1e-12) {
			t.Errorf("%+v: the mean is %g", c, got)
		}
	}
}

// Of counts as few as none and as many as no shop has, a node has a distribution.
func TestSurvivalOfExtremeCounts(t *testing.T) {
	for _, c := range []Counts{{0, 1e-3, 1e-15}, {0, 1e-3, 40}, {3, 1e6, 3}, {5, 200, 1e-9}, {400, 1e4, 5000}, {10_000, 1e-3, 1e5}} {
		for _, gammaGamma := range []*GammaGamma{nil, {P: 0.05, Q: 1.01, Gamma: 1}, {P: 50, Q: 200, Gamma: 1}} {
			n := nodeOf(c)
			node := n.Counts()
			if !(node.Mean > 0 && node.Size > 0) || !(math.Abs(node.Mean-c.Mean) <= 0.01+0.1*c.Mean) {
				t.Errorf("%+v are near %+v", c, node)
			}
			d := DistributionsOf([]Counts{node}, after(gammaGamma), 1e6, 1)[0]
			numbers := append([]float64{d.None, d.Power, d.First, d.Step, d.SecondMoment}, d.Exceeds[:]...)
			for i, number := range numbers {
				if math.IsNaN(number) || math.IsInf(number, 0) {
					t.Errorf("%+v, %+v: number %d is %g", node, gammaGamma, i, number)
				}
			}
			if !(math.Abs(d.None-node.None()) <= 1e-9) {
				t.Errorf("%+v: P(0) is %g, want %g", node, d.None, node.None())
			}
		}
	}
}
