package backtest_test

import (
	"math"
	"slices"
	"testing"

	"cbv/valuation/backtest"
)

// withEarlier runs a backtest with earlier cutoffs.
func withEarlier(t *testing.T, customers []backtest.Customer, earlier ...[]backtest.Customer) backtest.Result {
	t.Helper()
	result, err := backtest.Run(customers, backtest.Terms{HoldoutDays: 365, MaxTotalError: .25, Workers: 2}, earlier...)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// A cutoff that repeats another one doubles what each customer gains, and as much of its
// error: they are the same customers. The same of others leaves the mean gain, of twice as
// many. A cutoff at which nothing is fitted does not count.
func TestAgreementOfChoicesOverCutoffs(t *testing.T) {
	drawn := seasonal{customers: 4000, years: 3, factor: 1}.draw(8)
	look := backtest.NewLookback(3*365-1, 365, 0)
	customers := pastOf(drawn, 3*365-1, look).Holdout(365)
	others := slices.Clone(customers)
	for i := range others {
		others[i].U += .1 / float64(len(drawn))
	}
	oneTimers := slices.DeleteFunc(slices.Clone(customers), func(c backtest.Customer) bool { return c.History.Repeats > 0 })
	alone := withEarlier(t, customers)
	if len(alone.Contests) < 6 || len(alone.SpendContests) < 1 {
		t.Fatalf("%d contests of models, %d of spend", len(alone.Contests), len(alone.SpendContests))
	}
	n := float64(len(customers))
	for _, c := range []struct {
		what        string
		result      backtest.Result
		cutoffs     int
		gain, error float64 // of those of one cutoff
	}{
		{"the same customers", withEarlier(t, customers, customers), 2, 2, 2},
		{"others", withEarlier(t, customers, others), 2, 1, math.Sqrt((n - 1) / (2*n - 1))},
		{"no repeat", withEarlier(t, customers, oneTimers), 1, 1, 1},
	} {
		if c.result.Cutoffs != c.cutoffs {
			t.Errorf("%s: %d cutoffs count, want %d", c.what, c.result.Cutoffs, c.cutoffs)
		}
		compare := func(got, want []backtest.Contest, isOfBaselines func(backtest.Contest) bool) {
			for i, of := range want {
				gain, error := c.gain, c.error
				if isOfBaselines(of) {
					gain, error = 1, 1
				}
				if got[i].Holder != of.Holder || got[i].Challenger != of.Challenger ||
					!(math.Abs(got[i].Gain-gain*of.Gain) <= 1e-9*(1+math.Abs(of.Gain))) || !(math.Abs(got[i].StandardError/of.StandardError/error-1) <= 1e-6) {
					t.Errorf("%s: %+v, want %g and %g times %+v", c.what, got[i], gain, error, of)
				}
			}
		}
		compare(c.result.Contests, alone.Contests, func(of backtest.Contest) bool {
			return slices.ContainsFunc(alone.Baselines, func(b backtest.Baseline) bool { return b.Name == of.Challenger })
		})
		compare(c.result.SpendContests, alone.SpendContests, func(backtest.Contest) bool { return false })
	}
}
