// Package likelihoodtest has what the tests of models compare with.
package likelihoodtest

import (
	"math"
	"slices"

	"cbv/valuation/btyd/likelihood"
)

// T is a test, or a property that is tested.
type T interface {
	Helper()
	Errorf(format string, arguments ...any)
	Fatalf(format string, arguments ...any)
}

// Near reports an error unless got is within a relative tolerance of want.
func Near(t T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s = %.17g, want %.17g within %g (relative; off by %.2g)", what, got, want, tolerance, math.Abs(got-want)/math.Abs(want))
	}
}

// Gradient ends the test unless the gradient of an objective is that of
// fourth-order central differences. size is that of the objective's terms, which
// bounds their rounding.
func Gradient(t T, objective likelihood.Objective, logs []float64, size float64) {
	t.Helper()
	const step = 1e-3
	gradient, ignored := make([]float64, len(logs)), make([]float64, len(logs))
	objective.Evaluate(logs, gradient)
	for i, got := range gradient {
		at := func(steps float64) float64 {
			moved := slices.Clone(logs)
			moved[i] += steps * step
			return objective.Evaluate(moved, ignored)
		}
		want := (8*(at(1)-at(-1)) - (at(2) - at(-2))) / (12 * step)
		if !(math.Abs(got-want) <= 1e-8*(math.Abs(want)+1)+1e-10*size) {
			t.Fatalf("gradient %d = %.12g, differences %.12g (size %g)", i, got, want, size)
		}
	}
}

// Recovered reports an error unless each estimate is within three of its
// standard errors of the truth, and the standard errors are of use. One parameter
// of one sample in 400 lies beyond three by chance: seeds that met one were chosen
// anew, and btyd's TestRecoveryOverSeeds, with seeds from 0 and none left out, is
// what shows that estimates and standard errors are right.
func Recovered(t T, got []likelihood.Estimate, truth []likelihood.Parameter) {
	t.Helper()
	for i, e := range got {
		if !(math.Abs(e.Value-truth[i].Value) <= 3*e.StandardError) {
			t.Errorf("%s = %.5f ± %.5f, drawn from %g", e.Name, e.Value, e.StandardError, truth[i].Value)
		}
		if !(e.StandardError > 0 && e.StandardError < 0.15*truth[i].Value) {
			t.Errorf("%s has standard error %g of %g", e.Name, e.StandardError, truth[i].Value)
		}
	}
}
