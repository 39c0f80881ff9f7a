package stat

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Gaps of shape k, taken two at a time, give k back.
func TestRecoveryOfRegularity(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 0))
	for _, k := range []int{1, 2, 3, 8} {
		const customers = 50_000
		deviations := 0.
		gap := func() (sum float64) {
			for range k {
				sum += random.ExpFloat64()
			}
			return sum
		}
		for range customers {
			first, second := gap(), gap()
			share := first/(first+second) - .5
			deviations += share * share
		}
		if got := Regularity(customers, deviations) / float64(k); !(math.Abs(got-1) <= .03) {
			t.Errorf("k is %.3f of %d", got, k)
		}
	}
	if got := Regularity(0, 0); got != 0 {
		t.Errorf("nobody has regularity %g", got)
	}
	if got := Regularity(3, 0); !math.IsInf(got, 1) {
		t.Errorf("equal gaps have regularity %g", got)
	}
}
