package backtest_test

import (
	"math"
	"testing"

	"cbv/valuation/backtest"
)

// The ratios of the twelfths are what came over what was expected of each, beside their
// mean, shrunk by chance; what a model has wrong of every day does not enter.
func TestTwelfthsOfAYear(t *testing.T) {
	const days = 366
	came, expected := make([]int64, days), make([]float64, days)
	for day := range days {
		expected[day] = 200 // half of what is sold outside the season
		came[day] = 400
		if day*12/days == 0 {
			came[day] = 800
		}
	}
	season := backtest.NewTwelfths(came, expected)
	// 2 of a mean of (11 + 2) / 12; 12,400 and more purchases hardly shrink it
	for _, c := range []struct {
		before int
		want   float64
	}{{0, 24. / 13}, {30, 24. / 13}, {31, 12. / 13}, {365, 12. / 13}, {366, 24. / 13}, {396, 24. / 13}, {397, 12. / 13}} {
		if got := season.Ratio(c.before); !(math.Abs(got/c.want-1) <= 2e-3) {
			t.Errorf("%d days before: %.4f, want %.4f", c.before, got, c.want)
		}
	}
	for day := range days {
		came[day] = 0
		if day*12/days == 0 && day%31 == 0 {
			came[day] = 4
		}
		if day*12/days == 6 && day%31 == 0 {
			came[day] = 1
		}
	}
	// 4 times another twelfth, but of 4 purchases and of 1: k is 1 / (1 + 1/4/.04) and
	// 1 / (1 + 1/.04), of 12 × 4 / 5 and 12 / 5; a twelfth of nothing is left at 1
	season = backtest.NewTwelfths(came, expected)
	of, other := math.Pow(9.6, 1/(1+.25/.04)), math.Pow(2.4, 1/(1+1/.04))
	mean := (of + other + 10) / 12
	if !(math.Abs(season.Ratio(0)-of/mean) <= 1e-2) || !(math.Abs(season.Ratio(365)-1/mean) <= 1e-2) {
		t.Errorf("few purchases: %.4f and %.4f, want %.4f and %.4f", season.Ratio(0), season.Ratio(365), of/mean, 1/mean)
	}
	var none backtest.Twelfths
	if none.Ratio(17) != 1 {
		t.Errorf("without a season a day counts %g", none.Ratio(17))
	}
}
