package spend

import (
	"math/rand/v2"
	"testing"

	"cbv/valuation/btyd"
)

// Spend to the cent of a million customers: nearly every repeater has a total of their
// own.
func BenchmarkFitGammaGamma(b *testing.B) {
	sample := simulatedSpend(GammaGamma{P: 6.25, Q: 3.74, Gamma: 1_544}, OnPurchases, 1_000_000, true, 1)
	var fit Fit
	for b.Loop() {
		var err error
		if fit, err = FitGammaGamma(sample, nil, 2); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(fit.Counts), "counts")
	b.ReportMetric(float64(fit.Evaluations), "evaluations")
}

// What a run asks of each (x, T), for the 60,000 of a base by the day: how what
// they spend over a year is distributed.
func BenchmarkDistributions(b *testing.B) {
	m := btyd.BGNBD{R: 0.45, Alpha: 80, A: 0.7, B: 2.5}
	spend := &GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}
	draw := rand.New(rand.NewPCG(1, 0))
	survivors := make([]btyd.Survivor, 60_000)
	for i := range survivors {
		survivors[i] = at(int(draw.ExpFloat64()*20), float64(draw.IntN(1600)))
	}
	var distributions []Distribution
	for b.Loop() {
		distributions = Distributions(m, after(spend), survivors, 365, 1e6, 2)
	}
	if !(distributions[0].None < 1) {
		b.Fatal("nothing is spent")
	}
}
