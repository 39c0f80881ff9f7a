package btyd

import (
	"fmt"
	"testing"

	"cbv/valuation/btyd/likelihood/likelihoodtest"
)

// The parameters of CDNOW in Fader, Hardie & Lee (2005), Table 2, in weeks.
var cdnow = BGNBD{R: 0.243, Alpha: 4.414, A: 0.793, B: 2.426}

func TestPublishedPurchases(t *testing.T) {
	// Hardie's spreadsheet of the conditional expectation.
	fortieth := History{Repeats: 2, LastPurchase: 30.43, Age: 38.86}
	likelihoodtest.Near(t, "E[Y(39)]", ExpectedPurchases(cdnow, fortieth, 39), 1.226, 5e-4)

	// The walkthrough of the R package BTYD. It prints the customers who fell
	// silent for parameters of its own fit, so they agree in the first three
	// digits of a small probability to be alive.
	heavy := History{Repeats: 26, LastPurchase: 30 + 6./7, Age: 31}
	likelihoodtest.Near(t, "E[Y(52)], x=26", ExpectedPurchases(cdnow, heavy, 52), 25.75659, 1e-5)
	likelihoodtest.Near(t, "P(alive), x=26", cdnow.PAlive(heavy), 0.9688523, 1e-6)
	for _, c := range []struct {
		x    int
		want float64
	}{{10, 0.3474606}, {20, 0.004158973}, {25, 0.0003585685}} {
		h := History{Repeats: c.x, LastPurchase: 20, Age: 39}
		likelihoodtest.Near(t, fmt.Sprintf("E[Y(52)], x=%d, silent for 19 weeks", c.x), ExpectedPurchases(cdnow, h, 52), c.want, 1e-3)
	}

	// A known failure elsewhere: a warning and NaN in place of 0.
	silent := History{Repeats: 1000, LastPurchase: 10, Age: 100}
	if got := cdnow.PAlive(silent); !(got >= 0 && got < 1e-300) {
		t.Errorf("P(alive) after 90 weeks without = %g, want 0", got)
	}
}
