package season

import (
	"math"
	"testing"

	"cbv/valuation/contest"
)

func isNear(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.6g, want %.6g", what, got, want)
	}
}

// One year of a large base counts as its power ⅔, three as 6/7, and a standard error of
// .2 halves what one year would leave in 1/2.5.
func TestAgreementOfShrinking(t *testing.T) {
	year := func(ratio, deviation float64) YearRatio {
		return YearRatio{Ratio: ratio, Variance: deviation * deviation}
	}
	for _, c := range []struct {
		name            string
		years           []YearRatio
		raw, multiplier float64
	}{
		{"no year", nil, 1, 1},
		{"one", []YearRatio{year(.8, 0)}, .8, math.Pow(.8, 2./3)},
		{"three", []YearRatio{year(.8, 0), year(1, 0), year(1.25, 0)}, 1, 1},
		{"three alike", []YearRatio{year(2, 0), year(2, 0), year(2, 0)}, 2, math.Pow(2, 6./7)},
		{"a small base", []YearRatio{year(.8, .2)}, .8, math.Pow(.8, 1/2.5)},
		{"two small ones", []YearRatio{year(.8, .2), year(.8, .2)}, .8, math.Pow(.8, 1/1.75)},
	} {
		ratio := New(contest.Purchases, 365, c.years)
		isNear(t, c.name+": raw", ratio.Raw, c.raw, 1e-12)
		isNear(t, c.name+": multiplier", ratio.Multiplier, c.multiplier, 1e-12)
		if ratio.Tested() != (len(c.years) > 0) {
			t.Errorf("%s: tested %t", c.name, ratio.Tested())
		}
	}
}

// A window of fewer than 50 purchases shows no season, and no year counts for more than
// three times, of either sign.
func TestYearRatios(t *testing.T) {
	for _, c := range []struct {
		purchases        int
		expected, actual float64
		want             float64 // 0: none
	}{
		{49, 100, 49, 0}, {50, 100, 50, .5}, {500, 100, 500, 3}, {50, 500, 50, 1. / 3}, {50, 0, 50, 0}, {50, 100, -3, 0},
	} {
		year, ok := NewYear(365, c.actual, c.expected, .03, c.purchases)
		if ok != (c.want > 0) || !(math.Abs(year.Ratio-c.want) < 1e-12) {
			t.Errorf("%d purchases, %g of %g: ratio %g, want %g", c.purchases, c.actual, c.expected, year.Ratio, c.want)
		}
		if ok {
			isNear(t, "variance", year.Variance, .03, 1e-12)
		}
	}
}
