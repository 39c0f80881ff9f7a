package backtest

import (
	"math"
	"testing"
)

// Each group keeps its total, whoever else is there; what is nothing stays so.
func TestScaleTo(t *testing.T) {
	values := []float64{1, 3, 5, 0}
	scaleTo(values, []float64{2, 6, 1, 1}, []int{everybody, everybody, oldOnes, 7})
	for i, want := range []float64{2, 6, 1, 0} {
		isNear(t, "a value", values[i], want, 1e-12)
	}
	means := meansOf([]float64{1, 4, 9, 2}, []float64{2, 1, 5, 0}, []int{everybody, everybody, oldOnes, 7})
	for i, want := range []float64{2, 2, 9, 0} {
		isNear(t, "a mean", means[i], want, 1e-12)
	}
}

// A customer's number of purchases is negative binomial of the mean and the size: its
// variance, its chances and where what came lies in them.
func TestAgreementOfThePoolsDistribution(t *testing.T) {
	q := &poolPurchasing{means: [][]float64{{0.4, 3}}, sizes: []float64{0.5, 2}, workers: 1}
	for i, want := range []float64{0.8 + 0.64/0.5, 6 + 36./2} {
		isNear(t, "variance at twice the mean", q.variances(2)[i], want, 1e-12)
	}
	customers := []Customer{{Purchases: 1, U: 0.25}, {Purchases: 0, U: 0.5}}
	f := q.forecast(customers)
	for i, c := range customers {
		mean, size := q.means[0][i], q.sizes[i]
		pmf := func(y float64) float64 {
			ways, _ := math.Lgamma(size + y)
			less, _ := math.Lgamma(size)
			factorial, _ := math.Lgamma(y + 1)
			return math.Exp(ways-less-factorial) * math.Pow(size/(size+mean), size) * math.Pow(mean/(size+mean), y)
		}
		isNear(t, "the chance of a purchase", f.pPurchase[i], 1-pmf(0), 1e-12)
		below := 0.
		for y := range c.Purchases {
			below += pmf(float64(y))
		}
		isNear(t, "the probability integral transform", f.pit[i], below+c.U*pmf(float64(c.Purchases)), 1e-12)
		if !f.covered[i] || !(f.coverage[i] >= 0.8) {
			t.Errorf("%d purchases where %g are expected: covered %t, coverage %g", c.Purchases, mean, f.covered[i], f.coverage[i])
		}
	}
}

// Of whom nothing is expected nothing comes, and something is beyond all that is expected.
func TestSurvivalOfNothingExpected(t *testing.T) {
	q := &poolPurchasing{means: [][]float64{{0, 0}}, sizes: []float64{0.5, 0.5}, workers: 1}
	f := q.forecast([]Customer{{U: 0.5}, {U: 0.5, Purchases: 2}})
	for i, want := range []float64{0.5, 1} {
		isNear(t, "the probability integral transform", f.pit[i], want, 1e-6)
	}
}

// What coefficients leave uncertain is how a total is distributed: nothing of the base,
// and as much of one part as of the other.
func TestAgreementOfShareVariance(t *testing.T) {
	q := &poolPurchasing{leanings: make([][coefficients]float64, 3)}
	q.leanings[0][1], q.leanings[1][1], q.leanings[2][1] = 2, -1, -0.5
	q.leanings[0][2], q.leanings[1][2], q.leanings[2][2] = -1, 1, 0
	q.covariance[1][1], q.covariance[2][2] = 0.04, 0.01
	q.covariance[1][2], q.covariance[2][1] = -0.01, -0.01
	amounts := []float64{1, 1, 2}
	isNear(t, "of all", q.shareVariance([]int{0, 1, 2}, amounts), 0, 1e-15)
	// gradient (2, -1): 4 · .04 + 1 · .01 + 2 · 2 · 1 · .01
	isNear(t, "of one", q.shareVariance([]int{0}, amounts[:1]), 0.21, 1e-12)
	isNear(t, "of the others", q.shareVariance([]int{1, 2}, amounts[1:]), 0.21, 1e-12)
	if none := (&familyPurchasing{}).shareVariance([]int{0}, []float64{1}); none != 0 {
		t.Errorf("of a family: %g", none)
	}
}
