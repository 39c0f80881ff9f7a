package backtest_test

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
)

// midLife are new customers, who soon leave, and old ones, seen on the first days of the
// files, of whom the leavers have left.
func midLife(customers, old int) (fresh, all []backtest.Customer) {
	fresh = shop{life: mbg{0.8, 2.5}, rates: [2]float64{0.8, 40}, spend: spend.GammaGamma{P: 6, Q: 4, Gamma: 15}, oldestDays: 470, holdout: 240}.customers(customers, 1)
	all = slices.Clone(fresh)
	stayers := shop{life: forever{}, rates: [2]float64{3, 60}, spend: spend.GammaGamma{P: 6, Q: 4, Gamma: 30}, oldestDays: 1, holdout: 240}
	for day := range 25 {
		stayers.oldestDays = 476 + day
		for _, c := range stayers.customers(40*old/25, uint64(100+day)) {
			if c.History.Age >= 470 && old > 0 {
				c.Old = true
				all = append(all, c)
				old--
			}
		}
	}
	return fresh, all
}

func mixed(customers []backtest.Customer) []backtest.Customer {
	customers = slices.Clone(customers)
	for i := range customers {
		customers[i].Old = false
	}
	return customers
}

// Old customers are fitted by themselves in every candidate, and the fits to everybody
// are those to the others.
func TestOldCustomersAreFittedByThemselves(t *testing.T) {
	fresh, all := midLife(3_000, 800)
	apart, together, alone := run(t, all, 240), run(t, mixed(all), 240), run(t, fresh, 240)
	if len(apart.Candidates) != len(btyd.Families) {
		t.Fatalf("%d candidates", len(apart.Candidates))
	}
	for i, c := range apart.Candidates {
		if !reflect.DeepEqual(c.Fit, alone.Candidates[i].Fit) {
			t.Errorf("%s: %v, of the others alone %v", c.Name, c.Fit.Parameters, alone.Candidates[i].Fit.Parameters)
		}
	}
	if !reflect.DeepEqual(apart.Spendings[0].Model, alone.Spendings[0].Model) || apart.FirstToLater != alone.FirstToLater {
		t.Errorf("spend %+v, first to later %+v, of the others alone %+v and %+v",
			apart.Spendings[0].Model.Bands, apart.FirstToLater, alone.Spendings[0].Model.Bands, alone.FirstToLater)
	}
	own, mix := apart.Choose(nil).Candidate, together.Choose(nil).Candidate
	t.Logf("by themselves: %s, deviance %.3f, total %+.1f %%; together: %s, %.3f, %+.1f %%",
		own.Name, own.Purchases.Deviance, 100*own.Purchases.Error, mix.Name, mix.Purchases.Deviance, 100*mix.Purchases.Error)
	if own.Name != "MBG/NBD" || !(own.Purchases.Deviance < mix.Purchases.Deviance) || !(math.Abs(own.Purchases.Error) <= 0.05) {
		t.Errorf("by themselves %+v, together %+v", own.Purchases, mix.Purchases)
	}
}

// Too few old customers are fitted with the others, as all are where the others
// determine no model.
func TestOldCustomersAreFittedWithTheOthers(t *testing.T) {
	_, few := midLife(3_000, backtest.LeastRepeaters-1)
	_, many := midLife(0, 800)
	for range 60 { // of two histories, which determine no model
		many = append(many, backtest.Customer{History: btyd.History{Repeats: 1, LastPurchase: 30, Age: 100}, RepeatSpend: 20, MarginShare: 1, U: 0.5})
	}
	for what, customers := range map[string][]backtest.Customer{"too few": few, "the others determine nothing": many} {
		got, want := run(t, customers, 240), run(t, mixed(customers), 240)
		if len(want.Candidates) == 0 || len(got.Candidates) != len(want.Candidates) {
			t.Fatalf("%s: %d candidates, mixed %d", what, len(got.Candidates), len(want.Candidates))
		}
		for i, c := range want.Candidates {
			if !reflect.DeepEqual(got.Candidates[i].Fit, c.Fit) || !reflect.DeepEqual(got.Candidates[i].Purchases, c.Purchases) {
				t.Errorf("%s: %s is %+v, mixed %+v", what, c.Name, got.Candidates[i].Purchases, c.Purchases)
			}
		}
	}
}

// The first purchase that is known of an old customer is a later one: what first ones
// are worth beside later ones is neither told from it nor divides it, whoever the old
// are fitted with.
func TestFirstsOfTheOldAreLaterOnes(t *testing.T) {
	_, few := midLife(3_000, backtest.LeastRepeaters-1)
	_, many := midLife(3_000, 800)
	for what, customers := range map[string][]backtest.Customer{"too few": few, "by themselves": many} {
		halved := slices.Clone(customers)
		for i := range halved {
			if c := &halved[i]; !c.Old {
				c.FirstSpend, c.LnSpend = c.FirstSpend/2, c.LnSpend-math.Log(2)
			}
		}
		of := func(customers []backtest.Customer, divisor float64) backtest.Result {
			result, err := backtest.Run(customers, backtest.Terms{
				HoldoutDays: 240, MaxTotalError: 0.25, Workers: 2, Form: &spend.Form{FirstCounts: true, FirstDivisor: divisor},
			})
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		divided, plain := of(customers, 2), of(halved, 1)
		for i, band := range plain.Spendings[0].Model.Bands {
			if got := divided.Spendings[0].Model.Bands[i]; math.Abs(got.Mean/band.Mean-1) > 1e-7 {
				t.Errorf("%s: band %d has a mean of %g, of halved first ones of the new %g", what, i, got.Mean, band.Mean)
			}
		}
		if got, want := divided.Spendings[0].Margin.Deviance, plain.Spendings[0].Margin.Deviance; math.Abs(got/want-1) > 1e-6 {
			t.Errorf("%s: deviance %g, of halved first ones of the new %g", what, got, want)
		}
		if got, want := divided.FirstToLater, of(without(customers), 2).FirstToLater; got != want {
			t.Errorf("%s: first to later %+v, of the new alone %+v", what, got, want)
		}
	}
}

// without returns the customers but for the old.
func without(customers []backtest.Customer) []backtest.Customer {
	return slices.DeleteFunc(slices.Clone(customers), func(c backtest.Customer) bool { return c.Old })
}
