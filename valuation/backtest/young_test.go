package backtest_test

import (
	"testing"

	"cbv/valuation/backtest"
	"cbv/valuation/pastdays"
)

// A window shows a season where the files before it have a third of its days: what is
// forecast for a year of customers of two months is no season.
func TestSeasonOfAYoungShop(t *testing.T) {
	customers := seasonal{customers: 6000, years: 2, factor: 1}.draw(4)
	for _, c := range []struct {
		span  int
		years map[int]int // of the ratio of each window
	}{
		{426, map[int]int{90: 1, 142: 1, 365: 0}},
		{486, map[int]int{90: 1, 162: 1, 365: 0}},
		{487, map[int]int{90: 1, 162: 1, 365: 1}},
	} {
		look := pastdays.New(c.span, 365, 0)
		rolling, err := backtest.Roll(pastOf(customers, c.span, look), backtest.Procedure{Family: "MBG/NBD"}, backtest.Terms{HoldoutDays: look.HoldoutDays, MaxTotalError: .25, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		for days, want := range c.years {
			for _, target := range []backtest.Target{backtest.Purchases, backtest.Margin} {
				if got := len(rolling.Ratio(target, days).Years); got != want {
					t.Errorf("%d days of files, window of %d: %d years show %s, want %d", c.span, days, got, target, want)
				}
			}
		}
	}
}
