package backtest_test

import (
	"testing"

	"cbv/valuation/backtest"
)

// recentTest is what a shop's test of the value of recent purchases says.
func recentTest(t *testing.T, shop seasonal, asOf int, seed uint64) backtest.Test {
	t.Helper()
	r, err := try(shop.draw(seed), asOf, 365)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range r.judgement.Tests {
		if test.Name == "recent_value" {
			return test
		}
	}
	t.Fatal("the value of recent purchases is not tested")
	return backtest.Test{}
}

// What purchases are worth is held to what was expected of them only as far as nothing but
// a change explains: no season that a year ago had, too, and no level of first purchases.
func TestValueOfRecentPurchases(t *testing.T) {
	december := func(times float64) func(int) float64 {
		return func(day int) float64 {
			if day%365 >= 304 {
				return times
			}
			return 1
		}
	}
	rise := func(asOf, before int, times float64) func(int) float64 {
		return func(day int) float64 {
			if day > asOf-before {
				return times
			}
			return 1
		}
	}
	for _, c := range []struct {
		name    string
		shop    seasonal
		years   int
		failed  bool
		verdict backtest.Trust
	}{
		{name: "nothing changes", years: 2, verdict: backtest.NotTrusted},
		{name: "dearer gifts every November and December", shop: seasonal{price: december(1.4)}, years: 3, verdict: backtest.NotTrusted},
		{name: "dearer gifts, and no year to compare with", shop: seasonal{price: december(1.4)}, years: 1, failed: true, verdict: backtest.Untested},
		{name: "first purchases 40 % below", shop: seasonal{first: .6}, years: 2, verdict: backtest.NotTrusted},
		{name: "first purchases 40 % below, and no year", shop: seasonal{first: .6}, years: 1, verdict: backtest.Untested},
		{name: "first purchases 60 % above, and no year", shop: seasonal{first: 1.6}, years: 1, verdict: backtest.Untested},
		{name: "prices 50 % up 130 days before", shop: seasonal{price: rise(729, 130, 1.5)}, years: 2, failed: true, verdict: backtest.NotTrusted},
		{name: "prices 30 % down 60 days before", shop: seasonal{price: rise(729, 60, .7)}, years: 2, failed: true, verdict: backtest.NotTrusted},
		{name: "prices 50 % up 130 days before, and no year", shop: seasonal{price: rise(364, 130, 1.5)}, years: 1, failed: true, verdict: backtest.Untested},
		{name: "prices 50 % up a year and 130 days before", shop: seasonal{price: rise(1094, 365+130, 1.5)}, years: 3, verdict: backtest.NotTrusted},
		{name: "dearer gifts, and prices 50 % up", years: 3, failed: true, verdict: backtest.NotTrusted,
			shop: seasonal{price: func(day int) float64 { return december(1.4)(day) * rise(1094, 130, 1.5)(day) }}},
	} {
		if testing.Short() && c.years > 2 {
			continue // the largest shops
		}
		c.shop.customers, c.shop.years, c.shop.factor = 3_000*c.years, c.years, 1
		test := recentTest(t, c.shop, 365*c.years-1, 21)
		if test.Failed != c.failed || test.Verdict != c.verdict {
			t.Errorf("%s: failed %t with verdict %d, want %t and %d: worth %.1f for %.1f", c.name, test.Failed, test.Verdict, c.failed, c.verdict, test.Actual, test.Expected)
		}
		t.Logf("%s: worth %.1f, expected %.1f, standard error %.3f: %s", c.name, test.Actual, test.Expected, test.StandardError, test.Sentence)
	}
}
