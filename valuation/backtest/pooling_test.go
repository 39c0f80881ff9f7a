package backtest_test

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/pastdays"
)

// poolOf holds the pool against a family on the past of a shop.
func poolOf(customers [][]purchase, asOf, horizon int, family string) (backtest.Rolling, backtest.Pooling, error) {
	look := pastdays.New(asOf, horizon, 0)
	past := pastOf(customers, asOf, look)
	terms := backtest.Terms{HoldoutDays: look.HoldoutDays, MaxTotalError: .25, Workers: 1}
	rolling, err := backtest.Roll(past, backtest.Procedure{Family: family, Form: spend.OnPurchases}, terms)
	if err != nil {
		return rolling, backtest.Pooling{}, err
	}
	var histories []btyd.HistoryCount
	for _, purchases := range customers {
		if c, known := knownOn(purchases, asOf, look.HoldoutDays); known {
			histories = append(histories, btyd.HistoryCount{History: c.History, Customers: 1})
		}
	}
	base, err := btyd.NewBase(histories, 1)
	if err != nil {
		return rolling, backtest.Pooling{}, err
	}
	var today []btyd.Fit
	for _, family := range btyd.Families {
		if fit, err := family.Fit(base, 1); err == nil {
			today = append(today, fit)
		}
	}
	pooling, err := rolling.Pool(past, today, terms)
	return rolling, pooling, err
}

// wandering are customers who buy at another rate every 100 days, which no family knows.
func wandering(customers, days int) [][]purchase {
	var shop [][]purchase
	for part := 0; part < days; part += 100 {
		drawn := seasonal{customers: customers, years: 1, factor: 1, rates: [2]float64{.5, 40}, life: forever{}}.draw(uint64(part))
		for i, purchases := range drawn {
			if len(shop) <= i {
				shop = append(shop, nil)
			}
			for _, p := range purchases {
				if p.day < 100 && part+p.day < days {
					shop[i] = append(shop[i], purchase{part + p.day, p.value})
				}
			}
		}
	}
	var bought [][]purchase
	for _, purchases := range shop {
		if len(purchases) > 0 {
			bought = append(bought, purchases)
		}
	}
	return bought
}

// What came after a cutoff changes nothing of the pool at it and of what it forecasts.
func TestThePoolOfACutoffKnowsOnlyItsPast(t *testing.T) {
	const asOf, horizon = 999, 120
	customers := wandering(800, asOf)
	_, before, err := poolOf(customers, asOf, horizon, "NBD")
	if err != nil {
		t.Fatal(err)
	}
	if len(before.Cutoffs) < 3 {
		t.Fatalf("pools at %d cutoffs: %s", len(before.Cutoffs), before.Why)
	}
	cutoffs := before.Cutoffs
	if testing.Short() {
		cutoffs = cutoffs[:1]
	}
	for _, cutoff := range cutoffs {
		day := asOf - cutoff.Before
		changed := make([][]purchase, len(customers))
		for i, purchases := range customers {
			for _, p := range purchases {
				switch {
				case p.day <= day:
					changed[i] = append(changed[i], p)
				case i%3 == 1 && p.day+1 <= asOf: // others come later, or not at all
					changed[i] = append(changed[i], purchase{p.day + 1, 2 * p.value})
				}
			}
			if len(changed[i]) == 0 { // acquired later, and then not known
				changed[i] = []purchase{{asOf, 1}}
			}
		}
		_, after, err := poolOf(changed, asOf, horizon, "NBD")
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, again := range after.Cutoffs {
			if again.Before != cutoff.Before {
				continue
			}
			found = true
			if !reflect.DeepEqual(again.Pooled, cutoff.Pooled) {
				t.Errorf("%d days before as_of: %+v, with another future %+v", cutoff.Before, cutoff.Pooled, again.Pooled)
			}
			if !reflect.DeepEqual(again.Forecasts(), cutoff.Forecasts()) {
				t.Errorf("%d days before as_of: other forecasts with another future", cutoff.Before)
			}
			if again.Deviance == cutoff.Deviance {
				t.Errorf("%d days before as_of: the deviance does not know that the future is another", cutoff.Before)
			}
		}
		if !found {
			t.Errorf("%d days before as_of: no pool with another future: %s", cutoff.Before, after.Why)
		}
	}
}

// Where rates wander the pool is far better than any family, and with it the forecast of
// a past day has the family's totals and ratios.
func TestThePoolIsChosenWhereRatesWander(t *testing.T) {
	rolling, pooling, err := poolOf(wandering(1500, 999), 999, 120, "NBD")
	if err != nil {
		t.Fatal(err)
	}
	if !pooling.Won() {
		t.Fatalf("not chosen: %+v %s", pooling.Contest, pooling.Why)
	}
	own, family := pooling.Deviances()
	t.Logf("deviance %.4f, of the family %.4f; %+v", own, family, pooling.Contest)
	if !(own < .95*family) {
		t.Errorf("deviance %.4f, of the family %.4f", own, family)
	}
	pooled := rolling.WithPool(pooling)
	if !pooled.Pooled || rolling.Pooled {
		t.Errorf("pooled %t and %t", pooled.Pooled, rolling.Pooled)
	}
	for i, cutoff := range pooled.Cutoffs {
		held := rolling.Cutoffs[i]
		near(t, "expected purchases", cutoff.Totals[0].Expected, held.Totals[0].Expected, 1e-12)
		near(t, "variance by parameters", cutoff.Totals[0].Parameters, held.Totals[0].Parameters, 1e-9)
		if cutoff.Ratios[0].Multiplier != held.Ratios[0].Multiplier || cutoff.Totals[0].Actual != held.Totals[0].Actual {
			t.Errorf("%d days before as_of: %+v, of the family %+v", cutoff.Before, cutoff, held)
		}
		if !(cutoff.Totals[0].Customers < held.Totals[0].Customers) {
			t.Errorf("%d days before as_of: the residuals vary by %g, of the family by %g", cutoff.Before, cutoff.Totals[0].Customers, held.Totals[0].Customers)
		}
	}
	// errors of the coefficients: none in the total of all, some in that of a part, and none of a family
	everybody, oneTimers := func(backtest.Known) bool { return true }, func(c backtest.Known) bool { return c.Customer.History.Repeats == 0 }
	near(t, "variance of the share of all", pooled.ShareVariance(backtest.Purchases, everybody), 0, 1e-12)
	if variance := pooled.ShareVariance(backtest.Purchases, oneTimers); !(variance > 1e-5 && variance < .1) {
		t.Errorf("variance of the share of one-timers: %g", variance)
	}
	if variance := rolling.ShareVariance(backtest.Purchases, oneTimers); variance != 0 {
		t.Errorf("variance of a share by the family: %g", variance)
	}
	if pooling.Scores == nil {
		t.Fatal("no scores at the nearest cutoff")
	}
	nearest := pooling.Cutoffs[0]
	for _, c := range pooling.Cutoffs {
		if c.Before < nearest.Before {
			nearest = c
		}
	}
	near(t, "the deviance of the scores", pooling.Scores.Purchases.Deviance, nearest.Deviance, 1e-12)
	if share := pooling.Scores.Purchasing.PITShare; !(math.Abs(share-.8) <= .04) {
		t.Errorf("PIT share %.3f", share)
	}
}

// Two standard errors decide, and without a pool of today there is none.
func TestTheChoiceOfThePool(t *testing.T) {
	today := &backtest.Pooled{}
	for _, c := range []struct {
		name  string
		of    backtest.Pooling
		chose bool
	}{
		{"by more than two errors", backtest.Pooling{Contest: &backtest.Contest{Gain: 2.1, StandardError: 1}, Today: today}, true},
		{"by less", backtest.Pooling{Contest: &backtest.Contest{Gain: 1.9, StandardError: 1}, Today: today}, false},
		{"worse", backtest.Pooling{Contest: &backtest.Contest{Gain: -5, StandardError: 1}, Today: today}, false},
		{"fitted at no cutoff", backtest.Pooling{Today: today}, false},
		{"not fitted as of as_of", backtest.Pooling{Contest: &backtest.Contest{Gain: 2.1, StandardError: 1}}, false},
	} {
		if got := c.of.Won(); got != c.chose {
			t.Errorf("%s: chosen %t", c.name, got)
		}
	}
}

// poolsOfSoundBases holds the pool against the family that describes bases of three years,
// of a size, and returns of how many it was chosen, by family, and their mean change of
// deviance.
func poolsOfSoundBases(tb testing.TB, customers, seeds int) (chosen map[string]int, lines []string) {
	tb.Helper()
	const asOf = 3*365 - 1
	poolings := make([]backtest.Pooling, seeds*len(soundShops))
	tries(tb, len(poolings), func(i int) (trial, error) {
		of := soundShops[i%len(soundShops)]
		of.customers, of.years, of.factor = customers, 3, 1
		var err error
		_, poolings[i], err = poolOf(of.draw(uint64(2000+i/len(soundShops))), asOf, 180, of.family)
		return trial{}, err
	})
	chosen = map[string]int{}
	for place, of := range soundShops {
		held, change := 0, 0.
		for i := place; i < len(poolings); i += len(soundShops) {
			p := poolings[i]
			if p.Contest == nil {
				continue
			}
			own, family := p.Deviances()
			held, change = held+1, change+own/family-1
			if p.Won() {
				chosen[of.family]++
			}
		}
		lines = append(lines, fmt.Sprintf("%d customers, %s: held in %d of %d, chosen in %d, deviance %+.2f %%", customers, of.family, held, seeds, chosen[of.family], 100*change/float64(max(1, held))))
	}
	return chosen, lines
}

// BenchmarkPoolOnSoundBases prints how often the pool is chosen where a family is right:
//
//	go test ./valuation/backtest -run NONE -bench PoolOnSoundBases -benchtime 1x -timeout 2h
func BenchmarkPoolOnSoundBases(b *testing.B) {
	for b.Loop() {
		for _, of := range []struct{ customers, seeds int }{{300, 40}, {1_000, 40}, {10_000, 4}} {
			_, lines := poolsOfSoundBases(b, of.customers, of.seeds)
			for _, line := range lines {
				b.Log(line)
			}
		}
	}
}

// Where a family is right the pool is not chosen: the quick form of
// BenchmarkPoolOnSoundBases.
func TestThePoolIsNotChosenOnSoundBases(t *testing.T) {
	seeds := 10
	if testing.Short() {
		seeds = 2
	}
	chosen, lines := poolsOfSoundBases(t, 1000, seeds)
	total := 0
	for _, n := range chosen {
		total += n
	}
	for _, line := range lines {
		t.Log(line)
	}
	if total > 1 {
		t.Errorf("chosen on %d of %d bases", total, seeds*len(soundShops))
	}
}
