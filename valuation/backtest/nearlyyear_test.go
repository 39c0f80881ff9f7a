package backtest_test

import (
	"math"
	"slices"
	"testing"

	"cbv/valuation/backtest"
	"cbv/valuation/pastdays"
)

// Where no cutoff has a ratio of its own, none is judged that is nearly the one of a year
// ago: what they missed is what today's ratio repairs. Those of other days are.
func TestCutoffsNearlyAYearAgoAreNotJudged(t *testing.T) {
	shop := seasonal{customers: 600, years: 2, factor: 2}
	customers := shop.draw(5)
	for _, c := range []struct {
		holdout      int
		want, judged []int
	}{
		{350, []int{365, 350}, nil},
		{190, []int{365, 190}, []int{190}},
		{181, []int{365, 181, 543}, []int{181, 543}},
	} {
		look := pastdays.New(725, 365, c.holdout)
		rolling, err := backtest.Roll(pastOf(customers, 725, look), backtest.Procedure{Family: "MBG/NBD"}, backtest.Terms{HoldoutDays: c.holdout, MaxTotalError: .25, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		var cutoffs, judged []int
		for _, cutoff := range rolling.Cutoffs {
			cutoffs = append(cutoffs, cutoff.Before)
			if cutoff.Judged {
				judged = append(judged, cutoff.Before)
			}
		}
		if !slices.Equal(cutoffs, c.want) || !slices.Equal(judged, c.judged) {
			t.Errorf("%d days: cutoffs %v, judged %v, want %v and %v", c.holdout, cutoffs, judged, c.want, c.judged)
		}
	}
}

// Tenth 1 is that of which the least is forecast, and its name says so.
func TestTenthsAreCountedFromTheLowest(t *testing.T) {
	look := pastdays.New(1000, 365, 181)
	rolling, err := backtest.Roll(pastOf(seasonal{customers: 600, years: 2, factor: 1}.draw(5), 1000, look), backtest.Procedure{Family: "MBG/NBD"}, backtest.Terms{HoldoutDays: 181, MaxTotalError: .25, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	first, least := "", math.Inf(1)
	for _, test := range rolling.Judge(.01).Tests {
		if test.Name == "tenth" && test.Expected < least {
			first, least = test.Group, test.Expected
		}
	}
	if want := "tenth 1 of the customers by their forecast (1 the lowest)"; first != want {
		t.Errorf("%q has the lowest forecast, want %q", first, want)
	}
}
