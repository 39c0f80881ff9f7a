package btyd

import (
	"math/rand/v2"
	"sync"
	"testing"
)

// A million customers of a shop two years old, by the day.
var million = sync.OnceValue(func() []HistoryCount {
	return simulated(BGNBD{R: 0.45, Alpha: 80, A: 0.7, B: 2.5}, 1_000_000, 800, true, 1)
})

func BenchmarkNewBase(b *testing.B) {
	counts := million()
	for b.Loop() {
		if _, err := NewBase(counts, 2); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFitBGNBD(b *testing.B)     { benchmarkFit(b, "bgnbd") }
func BenchmarkFitMBGNBD(b *testing.B)    { benchmarkFit(b, "mbgnbd") }
func BenchmarkFitParetoNBD(b *testing.B) { benchmarkFit(b, "paretonbd") }
func BenchmarkFitNBD(b *testing.B)       { benchmarkFit(b, "nbd") }

// benchmarkFit fits a family to a base that is laid out already.
func benchmarkFit(b *testing.B, key string) {
	base, err := NewBase(million(), 2)
	if err != nil {
		b.Fatal(err)
	}
	family, _ := familyOf(key)
	var fit Fit
	for b.Loop() {
		if fit, err = family.Fit(base, 2); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(fit.Histories), "histories")
	b.ReportMetric(float64(fit.Evaluations), "evaluations")
}

// What a run asks of each (x, T), for the 60,000 of a base by the day.
func BenchmarkFuture(b *testing.B) {
	draw := rand.New(rand.NewPCG(1, 0))
	histories := make([]History, 60_000)
	for i := range histories {
		histories[i] = History{Repeats: int(draw.ExpFloat64() * 20), Age: float64(draw.IntN(800))}
	}
	delta := Discounting(0.10, 365)
	for _, m := range []Model{BGNBD{R: 0.45, Alpha: 40, A: 0.7, B: 2.5}, ParetoNBD{R: 0.55, Alpha: 74, S: 0.6, Beta: 82}} {
		b.Run(m.Name(), func(b *testing.B) {
			sum := 0.0
			for b.Loop() {
				for _, h := range histories {
					f := m.Future(h.Repeats, h.Age)
					sum += f.Expected(365) + f.Discounted(365, delta) + f.PPurchase(30) + f.PPurchase(90) + f.PPurchase(365)
				}
			}
			if !(sum > 0) {
				b.Fatal("nothing expected")
			}
		})
	}
}

// What a prediction interval asks of each (x, T): the counts of a year.
func BenchmarkCounts(b *testing.B) {
	for _, m := range []Model{BGNBD{R: 0.45, Alpha: 40, A: 0.7, B: 2.5}, ParetoNBD{R: 0.55, Alpha: 74, S: 0.6, Beta: 82}} {
		b.Run(m.Name(), func(b *testing.B) {
			f := m.Future(20, 400)
			p := make([]float64, 60)
			for b.Loop() {
				f.Counts(365, p)
			}
		})
	}
}
