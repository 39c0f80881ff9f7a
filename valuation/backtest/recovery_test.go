package backtest_test

import (
	"math"
	"slices"
	"sync"
	"testing"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
)

// wellSpecified is a shop and the family that it follows.
type wellSpecified struct {
	family string
	shop
}

// shops are well specified each for one family: purchases and spend follow it
// before and after the cutoff.
var shops = []wellSpecified{
	{"MBG/NBD", ordinary(mbg{0.8, 2.5})},
	{"Pareto/NBD", ordinary(pareto{0.6, 80})},
	{"BG/NBD", ordinary(bg{0.8, 2.5})},
	{"NBD", ordinary(forever{})},
	// The holdout of a quarter, and returns.
	{"BG/NBD", shop{life: bg{0.3, 4}, rates: [2]float64{1.2, 90}, spend: spend.GammaGamma{P: 2, Q: 4, Gamma: 60}, oldestDays: 400, holdout: 90, returns: 0.1}},
	// Frequent buyers who stay, and rare ones who soon leave, over two years.
	{"MBG/NBD", shop{life: mbg{0.4, 6}, rates: [2]float64{1.5, 60}, spend: spend.GammaGamma{P: 6, Q: 4, Gamma: 15}, oldestDays: 730, holdout: 365}},
	{"Pareto/NBD", shop{life: pareto{1.2, 100}, rates: [2]float64{0.5, 40}, spend: spend.GammaGamma{P: 6, Q: 4, Gamma: 15}, oldestDays: 730, holdout: 365}},
}

// overSeeds backtests shops drawn from seeds from 0, none left out, and returns
// the results in their order.
func overSeeds(t *testing.T, s shop, customers, seeds int) []backtest.Result {
	t.Helper()
	results, errs := make([]backtest.Result, seeds), make([]error, seeds)
	var group sync.WaitGroup
	slots := make(chan struct{}, 2)
	for seed := range seeds {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			results[seed], errs[seed] = backtest.Run(s.customers(customers, uint64(seed)),
				backtest.Terms{HoldoutDays: s.holdout, MaxTotalError: 0.25, Workers: 1})
		})
	}
	group.Wait()
	for seed, err := range errs {
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	return results
}

// On bases that a family describes, that family is calibrated, whatever is
// chosen predicts as well as it, and the choice is trusted.
func TestRecoveryWellSpecified(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	recoverShops(t, shops, 10_000, 5)
}

// The same of a base as large as the sample of the largest, and beyond.
func TestRecoveryWellSpecifiedLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	recoverShops(t, shops[:3], 200_000, 1)
}

func recoverShops(t *testing.T, shops []wellSpecified, customers, seeds int) {
	t.Helper()
	bases, trusted := 0, 0
	for _, s := range shops {
		known := slices.ContainsFunc(btyd.Families, func(f btyd.Family) bool { return f.Name() == s.family })
		if !known {
			t.Logf("there is no %s", s.family)
			continue
		}
		repeatersInside, chosen := 0.0, map[string]int{}
		for seed, result := range overSeeds(t, s.shop, customers, seeds) {
			right := slices.IndexFunc(result.Candidates, func(c backtest.Candidate) bool { return c.Name == s.family })
			if right < 0 {
				t.Fatalf("%s, seed %d: %v", s.family, seed, result.Unfitted)
			}
			c := result.Candidates[right]
			// The standard deviation of a share of 10,000 is .004.
			if d := c.Purchasing; !(math.Abs(d.PITShare-0.8) <= 0.02) || !(math.Abs(d.Coverage-d.ExpectedCoverage) <= 0.02) {
				t.Errorf("%s, seed %d: PIT share %.4f, coverage %.4f, expected %.4f", s.family, seed, d.PITShare, d.Coverage, d.ExpectedCoverage)
			}
			repeatersInside += c.Purchasing.PITShareRepeaters / float64(seeds)
			for _, d := range c.Purchasing.Deciles {
				// Five standard deviations of the share of a thousand.
				if !(math.Abs(d.Predicted-d.Actual) <= 5*math.Sqrt(d.Predicted*(1-d.Predicted)/float64(d.Customers))) {
					t.Errorf("%s, seed %d: P(purchase) of %.4f, observed %.4f", s.family, seed, d.Predicted, d.Actual)
				}
			}
			choice := result.Choose(nil)
			chosen[choice.Candidate.Name]++
			if cost := choice.Candidate.Purchases.Deviance/c.Purchases.Deviance - 1; !(cost <= 0.01) {
				t.Errorf("%s, seed %d: %s costs %.2f %% of deviance", s.family, seed, choice.Candidate.Name, 100*cost)
			}
			bases++
			if choice.Trust == backtest.Trusted {
				trusted++
			} else {
				t.Logf("%s, seed %d: %q", s.family, seed, choice.Reasons)
			}
		}
		if !(math.Abs(repeatersInside-0.8) <= 0.02) {
			t.Errorf("%s: PIT share of repeaters %.4f", s.family, repeatersInside)
		}
		t.Logf("%s: chosen %v, PIT share of repeaters %.4f", s.family, chosen, repeatersInside)
	}
	if trusted*100 < bases*98 {
		t.Errorf("%d of %d well-specified bases are trusted", trusted, bases)
	}
	t.Logf("%d of %d trusted", trusted, bases)
}

// Buying that doubles after the cutoff is in no model.
func TestRecoveryDoubledBuying(t *testing.T) {
	t.Parallel()
	seeds := 3
	if testing.Short() {
		seeds = 1
	}
	for _, s := range shops[:3] {
		s.surge = 2
		for seed, result := range overSeeds(t, s.shop, 10_000, seeds) {
			choice := result.Choose(nil)
			if choice.Trust != backtest.NotTrusted {
				t.Errorf("%s, seed %d: %v", s.family, seed, choice.Trust)
			}
			t.Logf("%s, seed %d: %q", s.family, seed, choice.Reasons)
		}
	}
}

// Groups that buy differently are worth their own fits, of the family that they
// follow, even where another describes the mixture better; groups that do not
// are not.
func TestRecoveryGroups(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	astray := 0
	for _, c := range []struct {
		family     string
		slow, fast life
	}{
		{"MBG/NBD", mbg{0.8, 2.5}, mbg{0.4, 4}},
		{"BG/NBD", bg{2, 2}, bg{0.2, 8}},
		{"Pareto/NBD", pareto{0.6, 80}, pareto{1.2, 400}},
	} {
		for seed := range uint64(2) {
			choice := run(t, two(c.slow, c.fast, 20_000, seed), 240).Choose(nil)
			if chosen := choice.Candidate; chosen.Family != c.family || !chosen.ByGroup {
				t.Errorf("groups of %s, seed %d: %s", c.family, seed, chosen.Name)
			}
			if last := choice.Contests[len(choice.Contests)-1]; last.Holder != c.family {
				astray++
			}
		}
	}
	if astray == 0 {
		t.Error("the best of everybody is of the groups' family everywhere, so that choosing by group is not tested")
	}
	for seed := range uint64(3) {
		same := ordinary(bg{0.8, 2.5}).customers(5_000, seed)
		for i := range same {
			same[i].Group = 1 + i%3
		}
		if chosen := run(t, same, 240).Choose(nil).Candidate; chosen.ByGroup {
			t.Errorf("groups that are alike, seed %d: %s", seed, chosen.Name)
		}
	}
}

// 60,000 customers by the day, every family.
func BenchmarkRun(b *testing.B) {
	s := ordinary(pareto{0.6, 80})
	customers := s.customers(60_000, 0)
	var result backtest.Result
	for b.Loop() {
		var err error
		if result, err = backtest.Run(customers, backtest.Terms{HoldoutDays: s.holdout, MaxTotalError: 0.25, Workers: 2}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(result.Candidates)), "candidates")
}
