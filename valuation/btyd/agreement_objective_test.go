package btyd

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

// logsOf returns the log-parameters of m in units of scale.
func logsOf(m Model, family Family, scale float64) []float64 {
	var logs []float64
	for i, p := range m.Parameters() {
		unit := 1.0
		if family.parameters[i].inTime {
			unit = scale
		}
		logs = append(logs, math.Log(p.Value/unit))
	}
	return logs
}

// The objective that is maximised is the sum of the likelihoods of the model,
// and its gradient that of central differences.
func TestAgreementGradient(t *testing.T) {
	eachFamily(t, func(t *rapid.T, family Family) {
		m := drawOf(t, family.Key)
		var counts []HistoryCount
		for range rapid.IntRange(1, 6).Draw(t, "histories") {
			counts = append(counts, HistoryCount{drawHistory(t), rapid.Int64Range(1, 1000).Draw(t, "customers")})
		}
		counts, err := canonical(counts, 1)
		if err != nil {
			t.Fatal(err)
		}
		const scale = 100.0
		s := family.objective(newPurchaseBase(counts, scale), 1)
		logs := logsOf(m, family, scale)
		want, size := 0.0, 0.0
		for _, c := range counts {
			one := m.LogLikelihood(c.History) + float64(c.Repeats)*math.Log(scale)
			want += float64(c.Customers) / s.Customers * one
			size += float64(c.Customers) / s.Customers * (math.Abs(one) + float64(c.Repeats))
		}
		if got := s.Evaluate(logs, make([]float64, len(logs))); !(math.Abs(got-want) <= 1e-11*(1+size)) {
			t.Fatalf("%+v: mean log-likelihood %.16g, want %.16g", m, got, want)
		}
		likelihoodtest.Gradient(t, s, logs, size)
	})
}

// The table of gaps and an integral per row are two routes to one objective,
// also where the first takes the difference of two entries that are nearly equal:
// a gap of a day, a few months before the last of 20 years.
func TestAgreementGaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawOf(t, "paretonbd").(ParetoNBD)
		draw := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		oldest := rapid.SampledFrom([]int{3, 40, 800, 7300}).Draw(t, "oldest")
		counts := []HistoryCount{{History{Age: float64(oldest)}, 1}}
		for range 40 {
			h := History{Age: float64(draw.IntN(oldest + 1))}
			if h.Repeats = []int{0, 1, 2, 30, 4000}[draw.IntN(5)]; h.Repeats > 0 {
				gap := min(h.Age, math.Floor(draw.ExpFloat64()*[]float64{0, 1, 100}[draw.IntN(3)]))
				h.LastPurchase = h.Age - gap
			}
			counts = append(counts, HistoryCount{h, 1 + draw.Int64N(3)})
		}
		counts, err := canonical(counts, 1)
		if err != nil {
			t.Fatal(err)
		}
		base := newPurchaseBase(counts, float64(oldest))
		logs := logsOf(m, paretonbd, float64(oldest))
		all := make([]int, len(base.repeats))
		for i := range all {
			all[i] = i
		}
		table, none := base.newGapTable(all), base.newGapTable(nil)
		tableGradient, rowGradient := make([]float64, len(logs)), make([]float64, len(logs))
		byTable := base.paretoObjectiveBy(table, 1).Evaluate(logs, tableGradient)
		byRow := base.paretoObjectiveBy(none, 1).Evaluate(logs, rowGradient)
		if !(math.Abs(byTable-byRow) <= 1e-12*(1+math.Abs(byRow))) {
			t.Fatalf("%+v: %.16g by the table, %.16g by row", m, byTable, byRow)
		}
		for i := range logs {
			got, want := tableGradient[i], rowGradient[i]
			if !(math.Abs(got-want) <= 1e-11*(1+math.Abs(want)+math.Abs(byRow))) {
				t.Fatalf("%+v: gradient %d is %.16g by the table, %.16g by row", m, i, got, want)
			}
		}
	})
}
