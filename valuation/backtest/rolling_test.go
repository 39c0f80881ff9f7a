package backtest

import (
	"math"
	"testing"

	"cbv/valuation/btyd"
	"cbv/valuation/pastdays"
	"cbv/valuation/trust"
)

func isNear(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.6g, want %.6g", what, got, want)
	}
}

// Without a cutoff the forecast error is its prior; a cutoff that missed by no more than
// its own error pulls it down.
func TestAgreementOfForecastError(t *testing.T) {
	isNear(t, "the prior with a season", math.Sqrt(ErrorVariance(nil, priorError(true))), .15, 1e-12)
	isNear(t, "the prior without one", math.Sqrt(ErrorVariance(nil, priorError(false))), .21, 1e-12)
	misses := []Miss{{Log: .3, Variance: .01}, {Log: -.05, Variance: .01}}
	isNear(t, "after two cutoffs", ErrorVariance(misses, .0225), (4*.0225+.08)/6, 1e-12)
}

// The second moment of NBD is that of a negative binomial.
func TestAgreementOfSecondMoments(t *testing.T) {
	model, err := btyd.NewModel("NBD", map[string]float64{"r": .5, "alpha": 80})
	if err != nil {
		t.Fatal(err)
	}
	for _, repeats := range []int{0, 3, 40} {
		mean := (.5 + float64(repeats)) * 365 / (80 + 500)
		square, _ := btyd.SecondMoment(model.Future(repeats, 500), 365, mean, nil)
		want := mean*(1+365./580) + mean*mean
		isNear(t, "relative second moment", square/want, 1, .02)
	}
}

// A forecast that fell short is said to be too low.
func TestMissText(t *testing.T) {
	for relative, want := range map[float64]string{-.052: "the forecast was 5.2 % too low", .6081: "the forecast was 60.8 % too high"} {
		if got := trust.Miss(relative); got != want {
			t.Errorf("%g: %q, want %q", relative, got, want)
		}
	}
}

// A group is off where the total is and its logarithm too: what is far too high has to be
// further off than what is far too low, and nothing at all is as far as its total.
func TestFarOff(t *testing.T) {
	for _, c := range []struct {
		actual, expected, standardError float64
		want                            bool
	}{{267, 180, 20, false}, {300, 180, 20, true}, {95, 180, 20, true}, {0, 40, 12, false}, {0, 80, 12, true}} {
		if got := isFarOff(c.actual, c.expected, c.standardError); got != c.want {
			t.Errorf("%g of %g, standard error %g: far off %t", c.actual, c.expected, c.standardError, got)
		}
	}
}

// The recent days are off by 15 % of either sign, and beyond chance, or not at all;
// fewer purchases than a group of customers has to have say nothing. What is said is by how much of
// what came the forecast was off.
func TestRecentTotal(t *testing.T) {
	for _, c := range []struct {
		expected, actual, standardError float64
		tested, failed                  bool
		said                            string
	}{
		{1000, 1140, .01, true, false, "1,140 came: the forecast was 12.3 % too low"}, {1000, 1160, .01, true, true, "1,160 came: the forecast was 13.8 % too low"},
		{1000, 860, .01, true, true, "860 came: the forecast was 16.3 % too high"}, {1000, 880, .01, true, false, "880 came: the forecast was 13.6 % too high"},
		{1000, 1300, .11, true, false, "1,300 came: the forecast was 23.1 % too low"}, {1000, 0, .01, true, true, "0 came"},
		{29, 200, .01, false, false, ""},
	} {
		said := "of the customers known then, 1,000 purchases were forecast and " + c.said + ": whether the coming days follow the forecast or these is not known"
		r := Rolling{RecentTotal: &RecentTotal{Customers: 10, Expected: c.expected, Actual: c.actual, StandardError: c.standardError}}
		tests := r.testRecentTotal()
		if (len(tests) == 1) != c.tested || c.tested && (tests[0].Failed != c.failed || tests[0].Verdict != Untested || tests[0].Sentence != said) {
			t.Errorf("%+v: %+v", c, tests)
		}
	}
	if tests := (Rolling{}).testRecentTotal(); tests != nil {
		t.Errorf("without a forecast of the recent days: %+v", tests)
	}
}

// Of the days that recent ones are compared with, what was known on their last day counts
// for each purchase that is left: by no other day's knowledge, nor that of another window.
func TestBeforeReturns(t *testing.T) {
	look := pastdays.Lookback{SpanDays: 600, HorizonDays: 365, HoldoutDays: 200}
	came := make([]Came, len(look.Windows()))
	came[look.Place(pastdays.RecentDays)].Purchases = 3
	made := &hindcast{}
	for range 20 {
		made.came = append(made.came, came)
		made.revisions = append(made.revisions, []Revision{
			{Known: 365, WindowDays: 90, MorePurchases: 1},
			{Known: 365, WindowDays: 200, MorePurchases: 5},
			{Known: 200, WindowDays: 90, MorePurchases: 7},
		})
	}
	r := Rolling{Lookback: look, days: map[int]*hindcast{455: made}}
	ratio, variance := r.beforeReturns()
	isNear(t, "known for each that is left", ratio, 4./3, 1e-12)
	isNear(t, "its variance", variance, .25/(.75*80), 1e-12) // of the logarithm of a share of three quarters of 80
	made.came, made.revisions = made.came[:9], made.revisions[:9]
	for name, none := range map[string]Rolling{"27 are left": r, "no forecast": {Lookback: look}, "no earlier year": {Lookback: pastdays.Lookback{SpanDays: 500}}} {
		if ratio, variance := none.beforeReturns(); ratio != 1 || variance != 0 {
			t.Errorf("%s: %g, variance %g", name, ratio, variance)
		}
	}
}
