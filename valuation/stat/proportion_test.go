package stat

import (
	"math"
	"testing"
)

// Newcombe (1998), "Two-sided confidence intervals for the single proportion",
// Statistics in Medicine 17, table I, method 3: four printed digits.
func TestWilsonPublished(t *testing.T) {
	for _, c := range []struct {
		successes, trials int64
		low, high         float64
	}{
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0, 0.1611},
		{1, 29, 0.0061, 0.1718},
	} {
		low, high := Wilson(c.successes, c.trials)
		if !(math.Abs(low-c.low) <= 5e-5) || !(math.Abs(high-c.high) <= 5e-5) {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", c.successes, c.trials, low, high, c.low, c.high)
		}
	}
}
