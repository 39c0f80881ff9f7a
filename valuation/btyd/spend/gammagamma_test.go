package spend

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

// The objective that is maximised is the sum of the likelihoods of the model,
// and its gradient that of central differences.
func TestAgreementGradient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := GammaGamma{
			P:     logUniform(0.01, 1e3).Draw(t, "p"),
			Q:     logUniform(0.01, 1e3).Draw(t, "q"),
			Gamma: logUniform(1e-3, 1e5).Draw(t, "gamma"),
		}
		var counts []Count
		for range rapid.IntRange(1, 6).Draw(t, "counts") {
			x := rapid.SampledFrom([]int{1, 2, 9, 4000}).Draw(t, "x")
			mean := logUniform(0.01, 1e4).Draw(t, "mean")
			counts = append(counts, Count{x, float64(x) * mean, rapid.Int64Range(1, 1000).Draw(t, "customers")})
		}
		counts = repeatSpend(counts, 1)
		scale := 100.0
		s := newSpendBase(counts, scale).objective(1)
		logs := []float64{math.Log(m.P), math.Log(m.Q), math.Log(m.Gamma / scale)}
		want, size := 0.0, 0.0
		for _, c := range counts {
			one := m.LogLikelihood(c.Repeats, c.Total/float64(c.Repeats)) + math.Log(scale)
			want += float64(c.Customers) / s.Customers * one
			size += float64(c.Customers) / s.Customers * (math.Abs(one) + m.P*float64(c.Repeats) + m.Q)
		}
		if got := s.Evaluate(logs, make([]float64, len(logs))); !(math.Abs(got-want) <= 1e-11*(1+size)) {
			t.Fatalf("mean log-likelihood %.16g, want %.16g", got, want)
		}
		likelihoodtest.Gradient(t, s, logs, size)
	})
}

func TestAgreementSensitivity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := GammaGamma{
			P:     logUniform(0.1, 50).Draw(t, "p"),
			Q:     logUniform(1.1, 20).Draw(t, "q"),
			Gamma: logUniform(0.1, 1e3).Draw(t, "gamma"),
		}
		x, mean := rapid.IntRange(0, 300).Draw(t, "x"), logUniform(0.1, 1e3).Draw(t, "mean")
		const step = 1e-5
		for i, got := range m.Sensitivity(x, mean) {
			at := func(step float64) float64 {
				moved := m
				*[]*float64{&moved.P, &moved.Q, &moved.Gamma}[i] *= math.Exp(step)
				return math.Log(moved.ExpectedSpend(x, mean))
			}
			if want := (at(step) - at(-step)) / (2 * step); !(math.Abs(got-want) <= 1e-6*(1+math.Abs(want))) {
				t.Fatalf("%+v, x %d, mean %g: derivative %d is %g, want %g", m, x, mean, i, got, want)
			}
		}
	})
}

func TestSurvivalBadInput(t *testing.T) {
	for _, bad := range []Count{{-1, 5, 1}, {1, math.NaN(), 1}, {1, 5, 0}} {
		if _, err := FitGammaGamma([]Count{{1, 5, 1}, bad}, 1); err == nil || !strings.Contains(err.Error(), "spend 1") {
			t.Errorf("%+v: error %v", bad, err)
		}
	}
}

func TestSurvivalGammaGamma(t *testing.T) {
	m := GammaGamma{P: 6.25, Q: 0.9, Gamma: 15.44}
	if got := m.Mean(); !math.IsInf(got, 1) {
		t.Errorf("population mean at q = .9 is %g, want +Inf", got)
	}
	if got := m.ExpectedSpend(3, 20); !(got > 0 && likelihood.Finite(got)) {
		t.Errorf("E[M] at q = .9 is %g", got)
	}
	if got := (GammaGamma{P: 6, Q: 0.9, Gamma: 15}).Sensitivity(0, 0); got != [3]float64{} {
		t.Errorf("sensitivity of an infinite mean is %v", got)
	}
	if got := m.LogLikelihood(0, 0); got != 0 {
		t.Errorf("ln L of no repeats = %g", got)
	}
	base := simulatedSpend(GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}, 2_000, true, 4)
	scaled := slices.Clone(base)
	equal := slices.Clone(base)
	for i := range base {
		scaled[i].Total *= 1e6
		equal[i].Total = 20 * float64(base[i].Repeats)
	}
	for _, c := range []struct {
		what   string
		counts []Count
		reason likelihood.Reason
	}{
		{"nobody", nil, likelihood.NoRepeats},
		{"only zeros", []Count{{0, 0, 5}, {2, 0, 3}, {3, -4, 1}}, likelihood.NoRepeats},
		{"two totals", []Count{{1, 10, 5}, {2, 30, 3}}, likelihood.TooFewHistories},
		{"three totals", []Count{{1, 10, 5}, {2, 30, 3}, {2, 50, 3}}, 0},
		{"one price", equal, 0},
		{"a large unit", scaled, 0},
		{"x in the thousands", []Count{{9000, 1e6, 1}, {4000, 7e5, 1}, {1, 20, 9}, {2, 90, 4}, {1, 300, 2}}, 0},
	} {
		fit, err := FitGammaGamma(c.counts, 2)
		var none *likelihood.NoFitError
		if err != nil && !errors.As(err, &none) {
			t.Errorf("%s: %v", c.what, err)
		}
		if c.reason != 0 && (none == nil || none.Reason != c.reason) {
			t.Errorf("%s: %+v, error %v, want reason %d", c.what, fit, err, c.reason)
		}
		for _, e := range fit.Parameters {
			if !(e.Value > 0 && (e.StandardError > 0 || fit.Boundary != "") && likelihood.Finite(e.Value) && likelihood.Finite(e.StandardError)) {
				t.Errorf("%s: %s = %g ± %g", c.what, e.Name, e.Value, e.StandardError)
			}
		}
		t.Logf("%s: %+v %v", c.what, fit.Parameters, err)
	}
}

func TestRecoveryGammaGamma(t *testing.T) {
	for i, truth := range []GammaGamma{
		{P: 6.25, Q: 3.74, Gamma: 15.44},
		{P: 1.5, Q: 6, Gamma: 2_000},
		{P: 3, Q: 0.9, Gamma: 40},
	} {
		fit, err := FitGammaGamma(simulatedSpend(truth, 200_000, false, uint64(i)), 2)
		if err != nil {
			t.Fatalf("%+v: %v", truth, err)
		}
		likelihoodtest.Recovered(t, fit.Parameters, truth.Parameters())
		if warned := fit.Warning == InfiniteMean; warned != (truth.Q <= 1) {
			t.Errorf("q = %.3f: warning %v", fit.Model.Q, fit.Warning)
		}
	}
}

// Neither the number of workers nor the order of the rows nor how they are
// cut changes a digit of a fit.
func TestAgreementWorkersAndOrder(t *testing.T) {
	counts := simulatedSpend(cdnow, 50_000, false, 3)
	fit, err := FitGammaGamma(counts, 1)
	if err != nil {
		t.Fatal(err)
	}
	correlation := Spearman(counts)
	for _, workers := range []int{2, 3, 8} {
		draw := rand.New(rand.NewPCG(uint64(workers), 0))
		draw.Shuffle(len(counts), func(i, j int) { counts[i], counts[j] = counts[j], counts[i] })
		if again, err := FitGammaGamma(counts, workers); err != nil || !reflect.DeepEqual(again, fit) {
			t.Errorf("%d workers: %+v, %v\nwant %+v", workers, again, err, fit)
		}
		if again := Spearman(counts); again != correlation {
			t.Errorf("Spearman %g, want %g", again, correlation)
		}
	}
}
