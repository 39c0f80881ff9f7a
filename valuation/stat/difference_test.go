package stat

import (
	"math"
	"testing"
)

// Newcombe (1998), "Interval estimation for the difference between independent
// proportions", Statistics in Medicine 17, table II, method 10: four printed
// digits.
func TestDifferencePublished(t *testing.T) {
	for _, c := range []struct {
		successes, trials, otherSuccesses, otherTrials int64
		low, high                                      float64
	}{
		{56, 70, 48, 80, 0.0524, 0.3339},
		{9, 10, 3, 10, 0.1705, 0.8090},
		{6, 7, 2, 7, 0.0582, 0.8062},
		{5, 56, 0, 29, -0.0381, 0.1926},
		{0, 10, 0, 20, -0.1611, 0.2775},
		{10, 10, 0, 20, 0.6791, 1},
	} {
		difference, low, high := ProportionDifference(c.successes, c.trials, c.otherSuccesses, c.otherTrials)
		if !(math.Abs(low-c.low) <= 5e-5) || !(math.Abs(high-c.high) <= 5e-5) || !(low <= difference && difference <= high) {
			t.Errorf("%+v: %.4f (%.4f to %.4f)", c, difference, low, high)
		}
	}
}
