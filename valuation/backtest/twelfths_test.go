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
	// ln 2 in one twelfth of 12, of 11,900 purchases and more: what it varies is the season but for .0025
	variance := math.Pow(math.Ln2, 2) * 11 / 144
	of, other := math.Exp(math.Ln2*11/12*(1-.0026/variance)), math.Exp(-math.Ln2/12*(1-.0026/variance))
	mean := (of + 11*other) / 12
	for _, c := range []struct {
		before int
		want   float64
	}{{0, of / mean}, {30, of / mean}, {31, other / mean}, {365, other / mean}, {366, of / mean}, {396, of / mean}, {397, other / mean}} {
		if got := season.Ratio(c.before); !(math.Abs(got/c.want-1) <= 2e-3) {
			t.Errorf("%d days before: %.4f, want %.4f", c.before, got, c.want)
		}
	}
	if !(of/mean > 1.75) {
		t.Errorf("twice the buying is %.3f of the mean", of/mean)
	}
	for day := range days { // each twelfth as chance has it
		came[day] = int64(day % 2)
	}
	came[3] = 9 // 23 or 24 purchases in one, of 15 and 16
	season = backtest.NewTwelfths(came, expected)
	for _, before := range []int{0, 3, 200} {
		if got := season.Ratio(before); got != 1 {
			t.Errorf("without a season %d days before count %.4f", before, got)
		}
	}
	for day := range days { // a twelfth without a purchase says nothing
		came[day] = 400
		if place := day * 12 / days; place == 5 {
			came[day] = 0
		} else if place == 0 {
			came[day] = 1200
		}
	}
	season = backtest.NewTwelfths(came, expected)
	sum := 0.
	for _, ratio := range season.Ratios {
		sum += ratio / 12
	}
	if !(math.Abs(sum-1) <= 1e-12) || !(season.Ratio(0) > 2) || !(season.Ratio(170) > season.Ratio(100)) || !(season.Ratio(170) < season.Ratio(0)) {
		t.Errorf("one twelfth without a purchase: %.4f, with the mean %.4f", season.Ratios, sum)
	}
	var none backtest.Twelfths
	if none.Ratio(17) != 1 {
		t.Errorf("without a season a day counts %g", none.Ratio(17))
	}
}
