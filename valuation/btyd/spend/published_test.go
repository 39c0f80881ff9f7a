package spend

import (
	"fmt"
	"testing"

	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

func TestPublishedSpend(t *testing.T) {
	// Fader & Hardie (2013), section 4: p 6.25, q 3.74, γ 15.44, in dollars.
	// Hardie's note 25 lists the first customers of the sample.
	m := GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}
	for _, c := range []struct {
		x          int
		mean, want float64
	}{{2, 22.35, 24.65}, {0, 0, 35.17}, {7, 73.74, 71.46}, {2, 25.55, 27.28}} {
		likelihoodtest.Near(t, fmt.Sprintf("E[M], x=%d, mean %g", c.x, c.mean), m.ExpectedSpend(c.x, float64(c.x)*c.mean), c.want, 2e-3)
	}
}
