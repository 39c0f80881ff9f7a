package experiment

import (
	"math"
	"testing"
)

// Agreement: the figures are those of SciPy's PchipInterpolator through the logarithms of
// days and hazards. Beyond the windows each day is alike, and a window's own rate is kept.
func TestRateWithin(t *testing.T) {
	windows := []int{30, 90, 365}
	for _, c := range []struct {
		rates []float64
		days  int
		want  float64
	}{
		{[]float64{0.02, 0.05, 0.19}, 180, 0.09518446795},
		{[]float64{0.051, 0.117, 0.253}, 180, 0.17787666946},
		{[]float64{0.051, 0.117, 0.253}, 60, 0.08836897998},
		{[]float64{0.128, 0.242, 0.3986}, 60, 0.19723083812},
		{[]float64{0.02, 0.05, 0.19}, 90, 0.05},
		{[]float64{0.02, 0.05, 0.19}, 15, 1 - math.Sqrt(0.98)},
		{[]float64{0.02, 0.05, 0.19}, 730, 1 - 0.81*0.81},
		{[]float64{0.1, 0.1, 0.1}, 60, 0.1},
		{[]float64{0, 0, 0}, 60, 0}, // not a hair above: where no rate is known no power is said
		{[]float64{1, 1, 1}, 180, 1},
	} {
		if got := RateWithin(windows, c.rates, c.days); !(math.Abs(got-c.want) <= 1e-10) || c.want == 0 && got != 0 {
			t.Errorf("%v within %d days: %.11f, want %.11f", c.rates, c.days, got, c.want)
		}
	}
}

// Of rising rates each day more has as many or more.
func TestRatesWithinRise(t *testing.T) {
	for _, rates := range [][]float64{{0.01, 0.3, 0.31}, {0.001, 0.002, 0.9}, {0.2, 0.2, 0.6}} {
		before := 0.0
		for days := 1; days <= 500; days++ {
			rate := RateWithin([]int{30, 90, 365}, rates, days)
			if !(rate >= before-1e-12 && rate <= 1) {
				t.Fatalf("%v: %g within %d days, and %g within a day less", rates, rate, days, before)
			}
			before = rate
		}
	}
}
