package btyd

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// surfaces are the surfaces of the families, and for each of its parameters
// whether it is in units of time.
var surfaces = map[string]struct {
	of     func(base *purchaseBase) surface
	inTime []bool
}{
	"bgnbd":     {func(base *purchaseBase) surface { return base.bgSurface(0, 1) }, []bool{false, true, false, false}},
	"mbgnbd":    {func(base *purchaseBase) surface { return base.bgSurface(1, 1) }, []bool{false, true, false, false}},
	"paretonbd": {func(base *purchaseBase) surface { return base.paretoSurface(1) }, []bool{false, true, false, true}},
	"nbd":       {func(base *purchaseBase) surface { return base.nbdSurface(1) }, []bool{false, true}},
}

// logsOf returns the log-parameters of m in units of scale.
func logsOf(m Model, key string, scale float64) []float64 {
	var logs []float64
	for i, p := range m.Parameters() {
		unit := 1.0
		if surfaces[key].inTime[i] {
			unit = scale
		}
		logs = append(logs, math.Log(p.Value/unit))
	}
	return logs
}

// The surface that is maximised is the sum of the likelihoods of the model,
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
		s := surfaces[family.Key].of(newPurchaseBase(counts, scale))
		logs := logsOf(m, family.Key, scale)
		want, size := 0.0, 0.0
		for _, c := range counts {
			one := m.LogLikelihood(c.History) + float64(c.Repeats)*math.Log(scale)
			want += float64(c.Customers) / s.customers * one
			size += float64(c.Customers) / s.customers * (math.Abs(one) + float64(c.Repeats))
		}
		if got := s.at(logs).mean; !(math.Abs(got-want) <= 1e-11*(1+size)) {
			t.Fatalf("%+v: mean log-likelihood %.16g, want %.16g", m, got, want)
		}
		checkGradient(t, s, logs, size)
	})
}

// checkGradient compares the gradient with fourth-order central differences.
// size is that of the terms of the surface, which bounds their rounding.
func checkGradient(t rapid.TB, s surface, logs []float64, size float64) {
	const step = 1e-3
	here := s.at(logs)
	for i := range logs {
		at := func(steps float64) float64 {
			moved := slices.Clone(logs)
			moved[i] += steps * step
			return s.at(moved).mean
		}
		want := (8*(at(1)-at(-1)) - (at(2) - at(-2))) / (12 * step)
		if got := here.gradient[i]; !(math.Abs(got-want) <= 1e-8*(math.Abs(want)+1)+1e-10*size) {
			t.Fatalf("gradient %d = %.12g, differences %.12g (size %g)", i, got, want, size)
		}
	}
}

// The table of silences and an integral per row are two routes to one surface,
// also where the first takes the difference of two entries that are nearly equal:
// a day of silence, a few months before the last of 20 years.
func TestAgreementSilences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawOf(t, "paretonbd").(ParetoNBD)
		draw := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		oldest := rapid.SampledFrom([]int{3, 40, 800, 7300}).Draw(t, "oldest")
		counts := []HistoryCount{{History{Age: float64(oldest)}, 1}}
		for range 40 {
			h := History{Age: float64(draw.IntN(oldest + 1))}
			if h.Repeats = []int{0, 1, 2, 30, 4000}[draw.IntN(5)]; h.Repeats > 0 {
				silent := min(h.Age, math.Floor(draw.ExpFloat64()*[]float64{0, 1, 100}[draw.IntN(3)]))
				h.LastPurchase = h.Age - silent
			}
			counts = append(counts, HistoryCount{h, 1 + draw.Int64N(3)})
		}
		counts, err := canonical(counts, 1)
		if err != nil {
			t.Fatal(err)
		}
		base := newPurchaseBase(counts, float64(oldest))
		logs := logsOf(m, "paretonbd", float64(oldest))
		all := make([]int, len(base.repeats))
		for i := range all {
			all[i] = i
		}
		table, none := base.newSilenceTable(all), base.newSilenceTable(nil)
		byTable, byRow := base.paretoSurfaceBy(table, 1).at(logs), base.paretoSurfaceBy(none, 1).at(logs)
		if got, want := byTable.mean, byRow.mean; !(math.Abs(got-want) <= 1e-12*(1+math.Abs(want))) {
			t.Fatalf("%+v: %.16g by the table, %.16g by row", m, got, want)
		}
		for i := range logs {
			got, want := byTable.gradient[i], byRow.gradient[i]
			if !(math.Abs(got-want) <= 1e-11*(1+math.Abs(want)+math.Abs(byRow.mean))) {
				t.Fatalf("%+v: gradient %d is %.16g by the table, %.16g by row", m, i, got, want)
			}
		}
	})
}
