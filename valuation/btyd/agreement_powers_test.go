package btyd

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

// Of many rows of few times the objective of BG/NBD and MBG/NBD takes powers from a table, of
// others an exponential a row: both are the sum of the likelihoods of the model, also beside
// x whose powers are not finite.
func TestAgreementPowers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		family := rapid.SampledFrom([]Family{bgnbd, mbgnbd}).Draw(t, "family")
		m := drawOf(t, family.Key)
		draw := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		const oldest = 8
		counts := []HistoryCount{{History{Age: oldest}, 1}}
		for range 200 {
			age := 1 + draw.IntN(oldest)
			h := History{Repeats: []int{0, 1, 2, 4, 30, 4000}[draw.IntN(6)], Age: float64(age)}
			if h.Repeats > 0 {
				h.LastPurchase = float64(draw.IntN(age + 1))
			}
			counts = append(counts, HistoryCount{h, 1 + draw.Int64N(2)})
		}
		counts, err := canonical(counts, 1)
		if err != nil {
			t.Fatal(err)
		}
		base := newPurchaseBase(counts, oldest)
		if tabled := len(base.newPowers().tabled); tabled < 4 {
			t.Fatalf("%d x are tabled: want most of 6", tabled)
		}
		s, logs := family.objective(base, 1), logsOf(m, family, oldest)
		want, size := 0.0, 0.0
		for _, c := range counts {
			one := m.LogLikelihood(c.History) + float64(c.Repeats)*math.Log(oldest)
			want += float64(c.Customers) / s.Customers * one
			size += float64(c.Customers) / s.Customers * (math.Abs(one) + float64(c.Repeats))
		}
		if got := s.Evaluate(logs, make([]float64, len(logs))); !(math.Abs(got-want) <= 1e-11*(1+size)) {
			t.Fatalf("%+v: mean log-likelihood %.16g, want %.16g", m, got, want)
		}
		likelihoodtest.Gradient(t, s, logs, size)
	})
}
