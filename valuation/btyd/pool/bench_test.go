package pool

import "testing"

// A sample of a large base.
func BenchmarkFitMemory(b *testing.B) {
	customers := simulated(wandering, 50_000, 900, 180, 1)
	for b.Loop() {
		fit, err := FitMemory(customers, 180, 2)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(fit.Evaluations), "evaluations")
	}
}

func BenchmarkFit(b *testing.B) {
	window := windowOf(50_000, 1)
	for b.Loop() {
		if _, err := Fit([]Window{window}, 90, 2); err != nil {
			b.Fatal(err)
		}
	}
}
