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
	var fit Fit
	for b.Loop() {
		if fit, err = familyOf(key).Fit(base, 2); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(fit.Histories), "histories")
	b.ReportMetric(float64(fit.Evaluations), "evaluations")
}

// Spend to the cent: nearly every repeater has a total of their own.
func BenchmarkFitGammaGamma(b *testing.B) {
	counts := simulatedSpend(GammaGamma{P: 6.25, Q: 3.74, Gamma: 1_544}, 520_000, true, 1)
	var fit SpendFit
	for b.Loop() {
		var err error
		if fit, err = FitGammaGamma(counts, 2); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(fit.Counts), "counts")
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

// What a run asks of the distributions of spend over a year: the tables of
// 60,000 (x, T) beside their outlooks, and of each history of a million
// customers by the day P(alive) and the two ends of an 80 % interval.
func BenchmarkOutcomes(b *testing.B) {
	m := BGNBD{R: 0.45, Alpha: 80, A: 0.7, B: 2.5}
	counts := simulated(m, 1_000_000, 800, true, 1)
	index := map[Survivor]int{}
	var survivors []Survivor
	of := make([]int, len(counts)) // the survivor of each history
	for i, c := range counts {
		key := Survivor{c.Repeats, c.Age}
		if _, known := index[key]; !known {
			index[key] = len(survivors)
			survivors = append(survivors, key)
		}
		of[i] = index[key]
	}
	// Those of this base, and up to 60,000 of longer and busier histories.
	draw := rand.New(rand.NewPCG(1, 0))
	for len(survivors) < 60_000 {
		key := Survivor{int(draw.ExpFloat64() * 20), float64(draw.IntN(1600))}
		if _, known := index[key]; !known {
			index[key] = len(survivors)
			survivors = append(survivors, key)
		}
	}
	spend := &GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}
	delta := Discounting(0.10, 365)
	outlooks, quantiles := make([][5]float64, len(survivors)), make([][2]float64, len(counts))
	var outcomes []Outcome
	for b.Loop() {
		outcomes = Outcomes(m, func(int) *GammaGamma { return spend }, survivors, 365, 1e6, 2)
		eachChunk(len(survivors)/chunkRows+1, 2, func(chunk int) {
			for i := chunk * chunkRows; i < min((chunk+1)*chunkRows, len(survivors)); i++ {
				f := m.Future(survivors[i].Repeats, survivors[i].Age)
				outlooks[i] = [5]float64{f.Expected(365), f.Discounted(365, delta), f.PPurchase(30), f.PPurchase(90), f.PPurchase(365)}
			}
		})
		eachChunk(len(counts)/chunkRows+1, 2, func(chunk int) {
			for i := chunk * chunkRows; i < min((chunk+1)*chunkRows, len(counts)); i++ {
				pAlive, o := m.PAlive(counts[i].History), &outcomes[of[i]]
				quantiles[i] = [2]float64{o.Quantile(pAlive, 0.1), o.Quantile(pAlive, 0.9)}
			}
		})
	}
	if !(quantiles[0][1] >= quantiles[0][0] && outlooks[0][0] > 0) {
		b.Fatal("nothing is spent")
	}
	b.ReportMetric(float64(len(survivors)), "survivors")
	b.ReportMetric(float64(len(counts)), "histories")
}
