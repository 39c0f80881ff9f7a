package btyd

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mathext"
)

// exceedsBySum returns P(W > w | alive) by the sum over all counts.
func exceedsBySum(spend *GammaGamma, x int, counts []float64, w float64) float64 {
	sum := 0.0
	for n := 1; n < len(counts); n++ {
		switch {
		case spend != nil:
			sum += counts[n] * mathext.RegIncBeta(spend.P*float64(x)+spend.Q, spend.P*float64(n), 1/(1+w))
		case float64(n) > w:
			sum += counts[n]
		}
	}
	return sum
}

// The table against the sum, on and between the knots and beyond them, over
// the parameters that shops have.
func TestAgreementOutcome(t *testing.T) {
	worst, worstAt := 0.0, ""
	for _, p := range []float64{0.5, 1.5, 6, 20} {
		for _, q := range []float64{1.1, 3.7, 10} {
			for _, x := range []int{0, 1, 8, 100, 1000} {
				for _, expected := range []float64{0.01, 0.5, 6, 40, 200} {
					spend := &GammaGamma{P: p, Q: q, Gamma: 1}
					m := BGNBD{R: 0.45, Alpha: 80, A: 0.7, B: 2.5}
					f := m.Future(x, 200)
					horizon := expected / f.Rate()
					counts := countsOf(f, horizon)
					o := Outcomes(m, func(int) *GammaGamma { return spend }, []Survivor{{x, 200}}, horizon, 1)[0]
					error, at := 0.0, 0.0
					for i := -8; i < 4*(OutcomeKnots+2); i++ {
						w := math.Pow(max(0, o.First+float64(i)/4*o.Step), 1/o.Power)
						if off := math.Abs(o.PExceeds(1, w) - exceedsBySum(spend, x, counts, w)); !(off <= error) {
							error, at = off, float64(i)/4
						}
					}
					if !(error <= worst) {
						worst, worstAt = error, fmt.Sprintf("p %g, q %g, x %d, expected %g, at knot %g", p, q, x, expected, at)
					}
					if !(error <= 0.0031) {
						t.Errorf("p %g, q %g, x %d, expected %g: off by %.4f at knot %g (power %.3g)", p, q, x, expected, error, at, o.Power)
					}
				}
			}
		}
	}
	t.Logf("off by %.5f at most: %s", worst, worstAt)
}

// countsOf returns the counts of purchases as far as they are of any size.
func countsOf(f Future, horizon float64) []float64 {
	counts := make([]float64, 16)
	for {
		f.Counts(horizon, counts)
		rest := 1.0
		for _, p := range counts {
			rest -= p
		}
		if rest < 1e-9 || len(counts) > 1e5 {
			return counts
		}
		counts = make([]float64, 2*len(counts))
	}
}
