package likelihood

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// Objectives without an acceptable optimum, each with its own reason.
func TestSurvivalRefusals(t *testing.T) {
	for _, c := range []struct {
		what     string
		evaluate func(p, gradient []float64) float64
		reason   Reason
	}{
		{"a ridge", func(p, gradient []float64) float64 {
			gradient[0], gradient[1] = -2*p[0], -2e-9*p[1]
			return -p[0]*p[0] - 1e-9*p[1]*p[1]
		}, Ridge},
		{"a level", func(p, gradient []float64) float64 {
			gradient[0], gradient[1] = -2*p[0], 0
			return -p[0] * p[0]
		}, NotConcave},
		{"a slope", func(p, gradient []float64) float64 {
			gradient[0], gradient[1] = -2*p[0], 1
			return -p[0]*p[0] + p[1]
		}, NotConcave},
		{"an edge", func(p, gradient []float64) float64 {
			gradient[0], gradient[1] = math.Copysign(1, -p[0]+0.3), -2*p[1]
			return -math.Abs(p[0]-0.3) - p[1]*p[1]
		}, NoOptimum},
		{"no number", func(p, gradient []float64) float64 { return math.NaN() }, NoOptimum},
	} {
		_, err := maximise(Objective{c.evaluate, 1000}, nil, nil, [][]float64{{1, 2}})
		var none *NoFitError
		if err == nil {
			t.Errorf("%s: an optimum", c.what)
		} else if !errors.As(NoFit("model", []Parameter{{"p", 3.25}}, nil, 0, err), &none) || none.Reason != c.reason || !strings.Contains(none.Detail, "p 3.25") {
			t.Errorf("%s: %v, reason %d, want %d", c.what, none, none.Reason, c.reason)
		}
	}
}
