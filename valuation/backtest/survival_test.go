package backtest_test

import (
	"math"
	"slices"
	"testing"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
)

func TestSurvivalUntested(t *testing.T) {
	customers := ordinary(bg{0.8, 2.5}).customers(2_000, 0)
	idle := make([]backtest.Customer, len(customers))
	alike := make([]backtest.Customer, len(customers))
	for i, c := range customers {
		idle[i] = c
		idle[i].Purchases, idle[i].Margin = 0, 0
		alike[i] = backtest.Customer{History: btyd.History{Age: 10}, Purchases: 1, Margin: 3, MarginShare: 1, U: c.U}
	}
	for _, c := range []struct {
		what      string
		customers []backtest.Customer
	}{
		{"nobody", nil},
		{"nobody purchased", idle},
		{"one history", alike},
		{"one customer of age 0", alike[:1]},
	} {
		result := run(t, c.customers, 240)
		choice := result.Choose(nil)
		if result.Why == "" || choice.Candidate != nil || choice.Trust != backtest.Untested || !slices.Equal(choice.Reasons, []string{result.Why}) {
			t.Errorf("%s: why %q, %+v", c.what, result.Why, choice)
		}
		for _, byGroup := range []bool{false, true} {
			if judged := result.Judge("MBG/NBD", byGroup); judged.Candidate != nil || !slices.Equal(judged.Reasons, []string{result.Why}) {
				t.Errorf("%s: judged %+v", c.what, judged)
			}
		}
		t.Logf("%s: %s", c.what, result.Why)
	}
}

// Whatever happened, scores are numbers.
func TestSurvivalScores(t *testing.T) {
	ordinary := ordinary(bg{0.8, 2.5}).customers(3_000, 0)
	change := func(f func(c *backtest.Customer)) []backtest.Customer {
		var changed []backtest.Customer
		for _, c := range ordinary {
			f(&c)
			changed = append(changed, c)
		}
		return changed
	}
	back := backtest.Customer{ // P(alive) underflows, and yet
		History: btyd.History{Repeats: 3000, LastPurchase: 100, Age: 499}, RepeatSpend: 9e4, MarginShare: 0.3, Purchases: 200, Margin: 700, U: 0.5,
	}
	for _, c := range []struct {
		what      string
		customers []backtest.Customer
	}{
		{"one came back", append(change(func(*backtest.Customer) {}), back)},
		{"no margin", change(func(c *backtest.Customer) { c.Margin, c.MarginShare, c.RecentMargin = 0, 0, 0 })},
		{"margins below 0", change(func(c *backtest.Customer) { c.Margin, c.RecentMargin = -c.Margin, -c.RecentMargin })},
		{"no spend", change(func(c *backtest.Customer) { c.RepeatSpend = 0 })},
		{"one U", change(func(c *backtest.Customer) { c.U = 0.5 })},
		{"two groups, one of them small", change(func(c *backtest.Customer) { c.Group = 1 + int(c.U*1.001) })},
		{"a group and the rest", change(func(c *backtest.Customer) { c.Group = int(2 * c.U) })},
		{"a huge purchase", change(func(c *backtest.Customer) {
			if c.Purchases > 5 {
				c.Margin = 1e12
			}
		})},
	} {
		result := run(t, c.customers, 240)
		if len(result.Candidates) == 0 {
			t.Errorf("%s: %s", c.what, result.Why)
		}
		for _, candidate := range result.Candidates {
			for _, s := range []backtest.Score{candidate.Purchases, candidate.Margin} {
				for _, v := range []float64{s.Deviance, s.Expected, s.MAE, s.RMSE, s.Spearman} {
					if math.IsNaN(v) || math.IsInf(v, 0) {
						t.Errorf("%s: %s: %+v", c.what, candidate.Name, s)
					}
				}
				if (s.Actual > 0) == math.IsNaN(s.Error) {
					t.Errorf("%s: %s: error %g of %g", c.what, candidate.Name, s.Error, s.Actual)
				}
			}
			all := 0
			for _, customers := range candidate.Purchasing.PIT {
				all += customers
			}
			if all != len(c.customers) {
				t.Errorf("%s: PIT of %d customers", c.what, all)
			}
		}
		for _, contest := range result.Contests {
			if !(contest.StandardError >= 0) || math.IsInf(contest.Gain, 0) {
				t.Errorf("%s: %+v", c.what, contest)
			}
		}
		choice := result.Choose(nil)
		if (choice.Trust == backtest.Trusted) != (len(choice.Reasons) == 0) {
			t.Errorf("%s: %+v", c.what, choice)
		}
		t.Logf("%s: %v %q, %q", c.what, choice.Trust, choice.Reasons, choice.Notes)
	}
}

// Where customers leave, NBD is no way out of fits that were refused: buyers at
// one rate take the others to a boundary.
func TestSurvivalRefusedWithDropout(t *testing.T) {
	s := ordinary(bg{0.8, 2.5})
	s.rates = [2]float64{1e5, 2e6}
	result := run(t, s.customers(5_000, 0), 240)
	choice := result.Choose(nil)
	if chosen := choice.Candidate; chosen != nil && chosen.Family == "NBD" {
		t.Errorf("NBD: %v", result.Unfitted)
	}
	if choice.Candidate == nil && len(choice.Reasons) < 2 {
		t.Errorf("no candidate: %q", choice.Reasons)
	}
	t.Logf("%+v", choice)
}

func TestSurvivalBadInput(t *testing.T) {
	good := backtest.Customer{History: btyd.History{Age: 5}, Purchases: 1, U: 0.5}
	for _, f := range []func(c *backtest.Customer){
		func(c *backtest.Customer) { c.U = 0 },
		func(c *backtest.Customer) { c.U = 1 },
		func(c *backtest.Customer) { c.Group = -1 },
		func(c *backtest.Customer) { c.Purchases = -1 },
		func(c *backtest.Customer) { c.RecentPurchases = -1 },
		func(c *backtest.Customer) { c.Margin = math.NaN() },
		func(c *backtest.Customer) { c.MarginShare = math.Inf(1) },
		func(c *backtest.Customer) { c.History.Repeats = -1 },
		func(c *backtest.Customer) { c.History.LastPurchase = 6 },
	} {
		bad := good
		f(&bad)
		if _, err := backtest.Run([]backtest.Customer{good, bad}, backtest.Terms{HoldoutDays: 9, Workers: 1}); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	if _, err := backtest.Run([]backtest.Customer{good}, backtest.Terms{Workers: 1}); err == nil {
		t.Error("a holdout of no days is accepted")
	}
}

func TestSeasonal(t *testing.T) {
	for days, want := range map[int]bool{1: true, 240: true, 364: true, 365: false, 366: false, 367: true, 400: true, 729: true, 730: false, 731: false, 732: false, 733: true, 1461: false} {
		if got := run(t, nil, days).Seasonal; got != want {
			t.Errorf("%d days: seasonal %v", days, got)
		}
	}
}
