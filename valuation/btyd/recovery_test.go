package btyd

import (
	"math"
	"testing"

	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

func TestRecoveryPurchases(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	for i, c := range []struct {
		key   string
		truth Model
	}{
		{"bgnbd", BGNBD{R: 0.25, Alpha: 4.5, A: 0.8, B: 2.5}},
		{"bgnbd", BGNBD{R: 1.4, Alpha: 20, A: 0.3, B: 4}},
		{"bgnbd", BGNBD{R: 0.6, Alpha: 8, A: 2, B: 3}},
		{"mbgnbd", MBGNBD{R: 0.5, Alpha: 6, A: 0.9, B: 1.6}},
		{"mbgnbd", MBGNBD{R: 1.4, Alpha: 20, A: 0.3, B: 4}},
		{"paretonbd", ParetoNBD{R: 0.55, Alpha: 10.6, S: 0.6, Beta: 11.7}},
		{"paretonbd", ParetoNBD{R: 1.5, Alpha: 8, S: 1.2, Beta: 30}},
		{"nbd", NBD{R: 0.4, Alpha: 12}},
	} {
		const customers = 100_000
		counts := simulated(c.truth, customers, 78, false, 20+uint64(i))
		fit, err := fitted(c.key, counts, 2)
		if err != nil {
			t.Fatalf("%+v: %v", c.truth, err)
		}
		if fit.Customers != customers || fit.Histories != len(counts) {
			t.Errorf("%d customers in %d histories, want %d in %d", fit.Customers, fit.Histories, customers, len(counts))
		}
		t.Logf("%+v: %v, %d evaluations", c.truth, fit.Parameters, fit.Evaluations)
		likelihoodtest.Recovered(t, fit.Parameters, c.truth.Parameters())
	}
}

// Over samples, errors divided by standard errors have mean 0 and deviation 1.
// Times are in days, of 18 months.
func TestRecoveryOverSeeds(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	const samples = 40
	for key, truth := range map[string]Model{
		"bgnbd":     BGNBD{R: 0.25, Alpha: 31.5, A: 0.8, B: 2.5},
		"mbgnbd":    MBGNBD{R: 0.5, Alpha: 42, A: 0.9, B: 1.6},
		"paretonbd": ParetoNBD{R: 0.55, Alpha: 74, S: 0.6, Beta: 82},
		"nbd":       NBD{R: 0.4, Alpha: 84},
	} {
		t.Run(key, func(t *testing.T) {
			sums, squares := make([]float64, 4), make([]float64, 4)
			for seed := range uint64(samples) {
				fit, err := fitted(key, simulatedOnGrid(truth, 30_000, 546, seed), 2)
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				for i, e := range fit.Parameters {
					z := (e.Value - truth.Parameters()[i].Value) / e.StandardError
					sums[i] += z
					squares[i] += z * z
				}
			}
			for i, p := range truth.Parameters() {
				mean, deviation := sums[i]/samples, math.Sqrt(squares[i]/samples)
				t.Logf("%s: errors of %.2f ± %.2f standard errors", p.Name, mean, deviation)
				// Three standard deviations of the mean, and of the deviation, of so many.
				if !(math.Abs(mean) <= 3/math.Sqrt(samples)) || !(math.Abs(deviation-1) <= 3/math.Sqrt(2*samples)) {
					t.Errorf("errors of %s are %.2f ± %.2f standard errors", p.Name, mean, deviation)
				}
			}
		})
	}
}

// The expectations given their histories of customers drawn from a model
// average to what it expects of new customers over the same weeks.
func TestRecoveryForecast(t *testing.T) {
	t.Parallel()
	for _, truth := range []Model{
		BGNBD{R: 0.5, Alpha: 6, A: 0.8, B: 2.5},
		MBGNBD{R: 0.5, Alpha: 6, A: 0.8, B: 2.5},
		ParetoNBD{R: 0.55, Alpha: 10.6, S: 0.6, Beta: 11.7},
	} {
		const customers, oldest, horizon, ages = 200_000, 40.0, 30.0, 1_000
		got := 0.0
		for _, c := range simulated(truth, customers, oldest, false, 9) {
			got += ExpectedPurchases(truth, c.History, horizon) / customers
		}
		want := 0.0
		for i := range ages {
			age := oldest * (float64(i) + 0.5) / ages
			want += (ExpectedPurchases(truth, History{}, age+horizon) - ExpectedPurchases(truth, History{}, age)) / ages
		}
		likelihoodtest.Near(t, truth.Name()+": expected purchases of a customer", got, want, 0.015) // sampling: .004 to .006
	}
}
