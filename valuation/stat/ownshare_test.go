package stat

import (
	"math"
	"math/rand/v2"
	"testing"
)

func rulesFrom(customers int64) ShareRules {
	return ShareRules{Unknown: 10, Customers: customers, Least: 1, Errors: 2}
}

// The figures are worked out in fixtures/rules/value/share_weights.txt.
func TestShareWeightByHand(t *testing.T) {
	for _, c := range []struct {
		what                string
		deviations          []Deviation
		customers           int64
		purchases, variance float64
	}{
		{"customers differ", []Deviation{{1, 0.6, 0}, {1, -0.6, 0}, {2, 0.4, 0}, {4, 0.4, 0}, {0, 0.9, 0}}, 2, 20. / 7, 4. / 15},
		{"by chance alone", []Deviation{{1, 0.3, 0}, {1, -0.3, 0}, {2, 0.2, 0}, {4, 0.1, 0}}, 2, math.Inf(1), 13. / 120},
		{"heavy buyers deviate", []Deviation{{1, 0.1, 0}, {1, -0.1, 0}, {2, 0.3, 0}, {4, -0.3, 0}}, 2, 1, 0},
		{"too few", []Deviation{{1, 0.6, 0}, {1, -0.6, 0}, {2, 0.4, 0}, {4, 0.4, 0}}, 3, 10, 0.42},
		{"too few of one purchase", []Deviation{{1, 0.6, 0}, {2, 0.6, 0}, {2, 0.4, 0}, {4, 0.4, 0}}, 2, 10, 0.51},
		{"just more than one", []Deviation{{1, 0.2, 0}, {1.01, 0, 0}}, 1, math.Inf(1), 4.04},
		{"nobody", nil, 1, 10, 0},
	} {
		w := NewShareWeight(c.deviations, rulesFrom(c.customers))
		if w.Purchases != c.purchases && !(math.Abs(w.Purchases/c.purchases-1) <= 1e-9) || !(math.Abs(w.Variance-c.variance) <= 1e-9) {
			t.Errorf("%s: weight %g and variance %g, want %g and %g", c.what, w.Purchases, w.Variance, c.purchases, c.variance)
		}
	}
}

// The figures are worked out in fixtures/rules/value/value.txt.
func TestOwnDeviationByHand(t *testing.T) {
	for _, c := range []struct {
		weight, variance float64
		of               Deviation
		want             float64
	}{
		{2, 0.02, Deviation{2, 0.1, 0}, 0.05},
		{4, 0.03, Deviation{4, 0.3, 0}, 0.15},
		{4, 0.03, Deviation{20, 0.8, 0}, 0.78},
		{2, 0.02, Deviation{10, -0.6, 0}, -0.52},
		{math.Inf(1), 0.03, Deviation{4, 0.3, 0}, 0},
		{math.Inf(1), 0.03, Deviation{20, 0.8, 0}, 0.78},
		{2, 0.02, Deviation{0, 0.6, 0}, 0},
		{2, 0.02, Deviation{2, 0, 0}, 0},
	} {
		w := ShareWeight{Purchases: c.weight, Variance: c.variance, errors: 2}
		if got := w.Own(c.of); !(math.Abs(got-c.want) <= 1e-12) {
			t.Errorf("of %+v with a weight of %g: %g, want %g", c.of, c.weight, got, c.want)
		}
	}
}

// Who is set apart takes their deviation of 0.9 × 1,000 along, which the others have of
// their 3,000; and half of what is left of theirs is their own.
func TestOwnDeviationBesideThoseSetApart(t *testing.T) {
	w := NewShareWeight([]Deviation{{16, 0.9, 1000}, {4, -0.3, 2000}, {0, -0.3, 1000}}, rulesFrom(50))
	if !(math.Abs(w.Shift+0.3) <= 1e-12) {
		t.Errorf("the usual share of the others lies %g away, want -0.3", w.Shift)
	}
	w.Purchases = 4
	for _, c := range []struct{ share, want float64 }{{-0.3, -0.3}, {-0.2, -0.25}} {
		if got := w.Own(Deviation{4, c.share, 2000}); !(math.Abs(got-c.want) <= 1e-12) {
			t.Errorf("of %g %g is the customer's own, want %g", c.share, got, c.want)
		}
	}
	if got := w.Own(Deviation{0, 0, 1000}); got != w.Shift {
		t.Errorf("of whom nothing is known %g is their own, want %g", got, w.Shift)
	}
}

// Three purchases of 10,000 and one of 30,000 say as much as 3.17 equal ones, and exactly
// as much as 60² / (3 × 10² + 30²) = 3.
func TestEqualPurchases(t *testing.T) {
	for _, c := range []struct {
		n                     int
		sum, lnSum, want, tol float64
	}{
		{4, 60_000, 3*math.Log(10_000) + math.Log(30_000), 3.1705, 1e-4},
		{4, 40_000, 4 * math.Log(10_000), 4, 1e-12},
		{2, 100_000, math.Log(10_000) + math.Log(90_000), 1, 0},
		{0, 0, 0, 0, 0},
	} {
		if got := EqualPurchases(c.n, c.sum, c.lnSum); !(math.Abs(got-c.want) <= c.tol) {
			t.Errorf("%d purchases of %g: %g, want %g", c.n, c.sum, got, c.want)
		}
	}
}

// drawn returns deviations of customers from the share that the base returns: everything
// or nothing of a purchase comes back, purchases are of unequal value, and customers'
// shares are Beta(a, 9 a), a tenth each at a = ∞. The first few return everything. Beside
// them stand the true ones.
func drawn(draw *rand.Rand, customers int, a float64, returners int) (seen []Deviation, truth []float64) {
	var bought, returned float64
	for i := range customers {
		n, share := 1, 0.1
		for draw.Float64() < 0.65 {
			n++
		}
		if !math.IsInf(a, 1) {
			x, y := gamma(draw, a), gamma(draw, 9*a)
			share = x / (x + y)
		}
		if i < returners {
			n, share = 12, 1
		}
		var sum, lnSum, back float64
		for range n {
			value := 1000 * gamma(draw, 2)
			sum, lnSum = sum+value, lnSum+math.Log(value)
			if draw.Float64() < share {
				back += value
			}
		}
		bought, returned = bought+sum, returned+back
		seen = append(seen, Deviation{EqualPurchases(n, sum, lnSum), back / sum, int64(sum)})
		truth = append(truth, share)
	}
	for i := range seen {
		seen[i].Share -= returned / bought
		truth[i] -= returned / bought
	}
	return seen, truth
}

// gamma draws from a gamma distribution (Marsaglia & Tsang 2000).
func gamma(draw *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(draw, shape+1) * math.Pow(draw.Float64(), 1/shape)
	}
	d := shape - 1./3
	for {
		x := draw.NormFloat64()
		v := math.Pow(1+x/math.Sqrt(9*d), 3)
		if v > 0 && math.Log(1-draw.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// Where customers do not differ their own shares move by less than two in a hundred of
// what chance does; where they do, the weight is the number of purchases that made them
// (of a beta distribution a + b), but for those who deviate most, and the error of their
// shares falls; and 40 who return everything show among any number, and leave the weight of
// the others alone.
func TestShareWeightRecoversHowCustomersDiffer(t *testing.T) {
	for _, c := range []struct {
		what        string
		customers   int
		a           float64
		returners   int
		least, most float64 // weight
		want        float64 // squared error of shares at the most, as a part of that of the usual one
	}{
		{"all are alike", 20_000, math.Inf(1), 0, 150, math.Inf(1), 0},
		{"very different", 20_000, 0.2, 0, 1.5, 4, 0.55},
		{"rather different", 20_000, 1, 0, 8, 14, 0.85},
		{"returners among 1,000", 1_000, math.Inf(1), 40, 8, math.Inf(1), 0.05},
		{"returners among 200,000", 200_000, math.Inf(1), 40, 150, math.Inf(1), 0.2},
	} {
		seen, truth := drawn(rand.New(rand.NewPCG(1, 2)), c.customers, c.a, c.returners)
		w := NewShareWeight(seen, rulesFrom(50))
		var usual, own, moved, chance, returners float64
		for i, of := range seen {
			d := w.Own(of)
			usual, own = usual+truth[i]*truth[i], own+(d-truth[i])*(d-truth[i])
			moved, chance = moved+(d-w.Shift)*(d-w.Shift), chance+of.Share*of.Share
			if i < c.returners {
				returners = max(returners, truth[i]-d)
			}
		}
		t.Logf("%s: weight %.1f, squared error %.3f of that of the usual share, returners are off by up to %.2f", c.what, w.Purchases, own/usual, returners)
		if !(w.Purchases >= c.least && w.Purchases <= c.most) {
			t.Errorf("%s: a weight of %g purchases, want %g to %g", c.what, w.Purchases, c.least, c.most)
		}
		if c.want == 0 && !(moved <= 0.02*chance) || c.want > 0 && !(own <= c.want*usual) || !(returners <= 0.25) {
			t.Errorf("%s: squared error %g of %g, moved %g of %g, returners off by %g", c.what, own, usual, moved, chance, returners)
		}
	}
}
