package backtest_test

import (
	"flag"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/pastdays"
)

var meaninglessShops = flag.Int("meaningless", 12, "shops in which it is counted how often effects that mean nothing are chosen: 100 for the figures of README.md")

// startedKind is what customers are like whose first order was of a kind.
type startedKind struct {
	dropout mbg
	price   float64
}

// startedKinds are eight, of which two are better and two worse.
var startedKinds = []startedKind{
	{mbg{40, 520}, 1}, {mbg{80, 480}, 1.25}, {mbg{160, 400}, 1}, {mbg{80, 480}, .8},
	{mbg{80, 480}, 1}, {mbg{80, 480}, 1}, {mbg{80, 480}, 1}, {mbg{80, 480}, 1},
}

// startedCustomers are so many of each kind over years, and their kinds.
func startedCustomers(each, years int, kinds []startedKind, seed uint64) (customers [][]purchase, of []int) {
	for kind, like := range kinds {
		drawn := seasonal{
			customers: each, years: years, factor: 1, rates: [2]float64{1, 45}, life: like.dropout,
			price: func(int) float64 { return like.price },
		}.draw(seed*100 + uint64(kind))
		for _, purchases := range drawn {
			customers, of = append(customers, purchases), append(of, kind)
		}
	}
	return customers, of
}

// startedPast is the past of customers of whom it is known how they started: by one of
// kinds, and by two of products of which none means anything.
func startedPast(customers [][]purchase, of []int, kinds, products, asOf int, look pastdays.Lookback) backtest.Past {
	past := pastOf(customers, asOf, look)
	for range kinds {
		past.Starts = append(past.Starts, 0)
	}
	for range products {
		past.Starts = append(past.Starts, 1)
	}
	random := rand.New(rand.NewPCG(uint64(len(customers)), 15))
	bought := make([]int, len(customers))
	for i := range bought {
		bought[i] = kinds + random.IntN(products-1)
	}
	for d := range past.Days {
		for c := range past.Days[d].Customers {
			customer := &past.Days[d].Customers[c]
			i := int(customer.U * float64(len(customers)))
			customer.Starts = []int{of[i], bought[i], bought[i] + 1}
		}
	}
	return past
}

// startOf holds the effects against a family.
func startOf(past backtest.Past, family string) (backtest.Rolling, backtest.Starting, error) {
	terms := backtest.Terms{HoldoutDays: past.HoldoutDays, MaxTotalError: .25, Workers: 1}
	rolling, err := backtest.Roll(past, backtest.Procedure{Family: family, Form: spend.OnPurchases}, terms)
	if err != nil {
		return rolling, backtest.Starting{}, err
	}
	starting, err := rolling.Start(past, backtest.Pooling{}, terms)
	return rolling, starting, err
}

// Where the kind of the first order says who stays and what they spend, effects win both
// contests, and one-timers are forecast as by the kind's own model.
func TestEffectsOfFirstOrdersThatMatter(t *testing.T) {
	const years, each = 2, 1_050
	customers, of := startedCustomers(each, years, startedKinds, 1)
	look := pastdays.New(365*years-1, 365, 0)
	past := startedPast(customers, of, len(startedKinds), 500, 365*years-1, look)
	rolling, starting, err := startOf(past, "MBG/NBD")
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []backtest.Target{backtest.Purchases, backtest.Margin} {
		if !starting.Won(target) {
			t.Errorf("effects do not win on %s: %+v %+v", target, *starting.Purchases, *starting.Spend)
		}
	}
	nearest := starting.Cutoffs[len(starting.Cutoffs)-1]
	forecasts, _ := nearest.Forecasts(rolling)
	var got, want, customersOf [8]float64
	for _, customer := range past.Holdout(nearest.Before) {
		h, kind := customer.History, of[int(customer.U*float64(len(customers)))]
		if h.Repeats > 0 {
			continue
		}
		model := btyd.MBGNBD{R: 1, Alpha: 45, A: startedKinds[kind].dropout.a, B: startedKinds[kind].dropout.b}
		want[kind] += model.PAlive(h) * model.Future(h.Repeats, h.Age).Expected(float64(look.HoldoutDays))
		got[kind] += forecasts[customer.U]
		customersOf[kind]++
	}
	for kind := range want {
		// the effect itself has a standard error of 6 %
		if ratio := got[kind] / want[kind]; !(math.Abs(ratio-1) < 0.15) {
			t.Errorf("%.0f one-timers of kind %d are expected to make %.3f purchases, want %.3f", customersOf[kind], kind, got[kind]/customersOf[kind], want[kind]/customersOf[kind])
		}
	}
	checkTotals(t, rolling, starting)
}

// checkTotals checks that effects leave totals what they are without.
func checkTotals(t *testing.T, rolling backtest.Rolling, starting backtest.Starting) {
	t.Helper()
	with := rolling.WithStart(starting, true, true)
	for i, c := range rolling.Cutoffs {
		if got, want := with.Cutoffs[i].Totals[0].Expected, c.Totals[0].Expected; !(math.Abs(got/want-1) < 1e-9) {
			t.Errorf("%d days before as_of %.6f purchases are expected, want %.6f", c.Before, got, want)
		}
	}
	with = rolling.WithStart(starting, false, true)
	for i, c := range rolling.Cutoffs {
		if got, want := with.Cutoffs[i].Totals[1].Expected, c.Totals[1].Expected; !(math.Abs(got/want-1) < 1e-9) {
			t.Errorf("%d days before as_of a margin of %.6f is expected, want %.6f", c.Before, got, want)
		}
	}
}

// Where rates wander and the kind of the first order says who comes back at all, the pool is
// chosen and, on top of it, effects: on what the pool expects, at its totals.
func TestEffectsOnTopOfThePool(t *testing.T) {
	const asOf, horizon = 999, 120
	customers := wandering(1500, asOf)
	of := make([]int, len(customers))
	for i := range customers {
		// four of five of the second kind never come back
		if of[i] = i % 2; of[i] == 1 && i%10 != 1 {
			customers[i] = customers[i][:1]
		}
	}
	rolling, pooling, err := poolOf(customers, asOf, horizon, "NBD")
	if err != nil {
		t.Fatal(err)
	}
	if !pooling.Won() {
		t.Fatalf("the pool is not chosen: %+v %s", pooling.Contest, pooling.Why)
	}
	pooled := rolling.WithPool(pooling)
	terms := backtest.Terms{HoldoutDays: horizon, MaxTotalError: .25, Workers: 1}
	starting, err := pooled.Start(startedPast(customers, of, 2, 50, asOf, pastdays.New(asOf, horizon, 0)), pooling, terms)
	if err != nil {
		t.Fatal(err)
	}
	if !starting.Won(backtest.Purchases) {
		t.Fatalf("effects do not win: %+v %s", starting.Purchases, starting.Why)
	}
	if !(starting.Today.Purchases[0].Log > starting.Today.Purchases[1].Log) {
		t.Errorf("effects of the kinds: %+v", starting.Today.Purchases[:2])
	}
	if len(starting.Cutoffs) != len(pooling.Cutoffs) {
		t.Errorf("effects at %d cutoffs, the pool at %d", len(starting.Cutoffs), len(pooling.Cutoffs))
	}
	for _, cutoff := range starting.Cutoffs {
		for _, pool := range pooling.Cutoffs {
			if pool.Before == cutoff.Before {
				near(t, "the deviance without effects", cutoff.WithoutDeviance, pool.Deviance, 1e-9)
			}
		}
	}
	checkTotals(t, pooled, starting)
}

// Where first orders mean nothing, effects are hardly ever chosen.
func TestEffectsOfFirstOrdersThatMeanNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	const years, each = 2, 300
	var kinds [8]startedKind
	for i := range kinds {
		kinds[i] = startedKind{mbg{80, 480}, 1}
	}
	chosen := 0
	for seed := range *meaninglessShops {
		customers, of := startedCustomers(each, years, kinds[:], uint64(100+seed))
		look := pastdays.New(365*years-1, 365, 0)
		_, starting, err := startOf(startedPast(customers, of, len(kinds), 100, 365*years-1, look), "MBG/NBD")
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range []backtest.Target{backtest.Purchases, backtest.Margin} {
			if starting.Won(target) {
				chosen++
				t.Logf("shop %d: effects on %s are chosen: %+v %+v", seed, target, *starting.Purchases, *starting.Spend)
			}
		}
	}
	if most := max(2, *meaninglessShops/20); chosen > most {
		t.Errorf("in %d shops in which first orders mean nothing effects are chosen %d times, want at most %d", *meaninglessShops, chosen, most)
	}
}

// What came after a cutoff changes nothing of the effects at it.
func TestTheEffectsOfACutoffKnowOnlyItsPast(t *testing.T) {
	const years, asOf = 2, 365*2 - 1
	look := pastdays.New(asOf, 365, 0)
	customers, of := startedCustomers(200, years, startedKinds, 3)
	_, before, err := startOf(startedPast(customers, of, len(startedKinds), 50, asOf, look), "MBG/NBD")
	if err != nil {
		t.Fatal(err)
	}
	for _, cutoff := range before.Cutoffs {
		changed := make([][]purchase, len(customers))
		for i, purchases := range customers {
			for _, p := range purchases {
				if p.day <= asOf-cutoff.Before || i%3 == 1 {
					changed[i] = append(changed[i], p)
				}
			}
			if len(changed[i]) == 0 {
				changed[i] = []purchase{{asOf, 1}}
			}
		}
		_, after, err := startOf(startedPast(changed, of, len(startedKinds), 50, asOf, look), "MBG/NBD")
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, again := range after.Cutoffs {
			if again.Before == cutoff.Before {
				found = true
				if !reflect.DeepEqual(again.StartEffects, cutoff.StartEffects) {
					t.Errorf("%d days before as_of there are other effects with another future", cutoff.Before)
				}
				if again.Deviance == cutoff.Deviance {
					t.Errorf("%d days before as_of: the deviance does not know that the future is another", cutoff.Before)
				}
			}
		}
		if !found {
			t.Errorf("%d days before as_of there are no effects with another future: %s", cutoff.Before, after.Why)
		}
	}
}
