package likelihood_test

import (
	"fmt"
	"math"
	"testing"

	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

func TestPublishedGamma(t *testing.T) {
	// ψ(1/2) = -γ - 2 ln 2, ψ(1) = -γ, ψ(1/4) = -γ - π/2 - 3 ln 2,
	// Γ(1/2) = √π: Abramowitz & Stegun 6.3, 6.1.
	likelihoodtest.Near(t, "ψ(1)-ψ(1/2)", likelihood.DigammaRise(0.5, 0.5), 2*math.Ln2, 1e-15)
	likelihoodtest.Near(t, "ψ(1)-ψ(1/4)", likelihood.DigammaRise(0.25, 0.75), math.Pi/2+3*math.Ln2, 1e-15)
	likelihoodtest.Near(t, "ψ(1/2)-ψ(1/4)", likelihood.DigammaRise(0.25, 0.25), math.Pi/2+math.Ln2, 1e-15)
	likelihoodtest.Near(t, "lnΓ(1/2)-lnΓ(1)", -likelihood.LnGammaRise(0.5, 0.5), math.Log(math.Pi)/2, 1e-15)
	// Recurrences hold across the point where the series take over.
	for _, z := range []float64{1e-9, 0.3, 15.5, 15.9999, 16, 40, 1e6, 1e12} {
		harmonic, logs := 0.0, 0.0
		for j := range 20 {
			harmonic += 1 / (z + float64(j))
			logs += math.Log(z + float64(j))
		}
		likelihoodtest.Near(t, fmt.Sprintf("ψ(z+20)-ψ(z) at %g", z), likelihood.DigammaRise(z, 20), harmonic, 1e-14)
		likelihoodtest.Near(t, fmt.Sprintf("lnΓ(z+20)-lnΓ(z) at %g", z), likelihood.LnGammaRise(z, 20), logs, 1e-14)
	}
}
