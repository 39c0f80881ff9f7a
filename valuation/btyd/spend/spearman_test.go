package spend

import (
	"math"
	"testing"

	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

// of is a sample of means of repeats.
func of(counts ...Count) Sample { return Sample{Form: OnMeans, Counts: counts} }

func TestAgreementSpearman(t *testing.T) {
	// By hand: x has ranks 1.5 1.5 3.5 3.5, centred -1 -1 1 1; the means
	// 5 9 4 9 have 2 3.5 1 3.5, centred -.5 1 -1.5 1.
	counts := []Count{{1, 1, 5, 1}, {1, 1, 9, 1}, {2, 2, 8, 1}, {2, 2, 18, 1}, {0, 0, 0, 50}, {3, 3, -2, 7}}
	likelihoodtest.Near(t, "rank correlation", Spearman(of(counts...)), -1/math.Sqrt(4*4.5), 1e-14)
	// With the first purchase means are of one more, and who has no other is left out.
	counts = []Count{{1, 2, 10, 1}, {1, 2, 18, 1}, {2, 3, 12, 1}, {2, 3, 27, 1}, {0, 1, 3, 50}}
	likelihoodtest.Near(t, "rank correlation with the first", Spearman(Sample{Form: OnPurchases, Counts: counts}), -1/math.Sqrt(4*4.5), 1e-14)
	// A count of three is three customers.
	repeated := []Count{{1, 1, 5, 3}, {2, 2, 8, 1}, {4, 4, 60, 2}}
	apart := []Count{{4, 4, 60, 1}, {1, 1, 5, 1}, {1, 1, 5, 1}, {2, 2, 8, 1}, {1, 1, 5, 1}, {4, 4, 60, 1}}
	if got, want := Spearman(of(repeated...)), Spearman(of(apart...)); got != want {
		t.Errorf("weighted %g, apart %g", got, want)
	}
	if got := Spearman(of(Count{1, 1, 5, 3}, Count{2, 2, 20, 1}, Count{3, 3, 60, 9})); !(math.Abs(got-1) < 1e-15) {
		t.Errorf("both rise: %g, want 1", got)
	}
	for _, flat := range [][]Count{nil, {{1, 1, 5, 3}}, {{1, 1, 5, 3}, {1, 1, 6, 1}}, {{1, 1, 5, 3}, {2, 2, 10, 1}}} {
		if got := Spearman(of(flat...)); got != 0 {
			t.Errorf("%v: %g, want 0", flat, got)
		}
	}
}
