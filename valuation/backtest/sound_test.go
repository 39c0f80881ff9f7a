package backtest_test

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/contest"
	"cbv/valuation/pastdays"
)

// soundShops are bases that a family describes, from the first day to the last.
var soundShops = []struct {
	family string
	seasonal
}{
	{"MBG/NBD", seasonal{}},
	{"Pareto/NBD", seasonal{rates: [2]float64{.5, 80}, life: pareto{.6, 80}}},
	{"BG/NBD", seasonal{rates: [2]float64{.5, 80}, life: bg{.8, 2.5}}},
	{"NBD", seasonal{rates: [2]float64{.5, 80}, life: forever{}}},
}

// trial is what the procedure says of a base as of a day, and what came.
type trial struct {
	judgement backtest.Judgement
	family    string
	forecast  *backtest.Forecast
	sigma     [2]float64 // forecast error, of purchases and of margin
	ratios    [2]backtest.Ratio
}

// missed is by how much a total is off: forecast over came, less 1.
func (r trial) missed(target int) float64 {
	return r.forecast.Totals[target].Expected/r.forecast.Came[target] - 1
}

// holds reports whether the 80 % interval of the margin holds what came, and whether that
// without the forecast error does.
func (r trial) holds() (published, narrow bool) {
	total := r.forecast.Totals[1]
	inside := func() bool {
		low, high := total.Interval(.8)
		return low <= r.forecast.Came[1] && r.forecast.Came[1] <= high
	}
	narrow = inside()
	total.Parameters += r.sigma[1] * r.sigma[1] * total.Expected * total.Expected
	return inside(), narrow
}

// try carries out the procedure as of a day: it chooses a family and a form of the spend
// model on the cutoffs, makes the forecasts of past days, judges them, and
// forecasts the horizon.
func try(customers [][]purchase, asOf, horizon int) (trial, error) {
	look := pastdays.New(asOf, horizon, 0)
	past := pastOf(customers, asOf, look)
	terms := backtest.Terms{HoldoutDays: look.HoldoutDays, MaxTotalError: .25, Workers: 1}
	result, err := backtest.Run(past.Holdout(look.HoldoutDays), terms, past.Earlier(look.HoldoutDays)...)
	if err != nil {
		return trial{}, err
	}
	ahead := pastdays.Lookback{SpanDays: asOf, HorizonDays: look.HorizonDays, HoldoutDays: look.HorizonDays}
	today := backtest.PastDay{}
	var histories []btyd.HistoryCount
	for i, purchases := range customers {
		c, known := knownOn(purchases, asOf, look.HoldoutDays)
		if !known {
			continue
		}
		c.U = (float64(i) + 0.5) / float64(len(customers))
		of := backtest.PastCustomer{Customer: c}
		for _, days := range ahead.Windows() {
			of.Came = append(of.Came, cameIn(purchases, asOf, asOf+days))
		}
		today.Customers = append(today.Customers, of)
		histories = append(histories, btyd.HistoryCount{History: c.History, Customers: 1})
	}
	procedure := backtest.Procedure{Family: btyd.Families[0].Name(), Form: result.Form}
	allowed, err := allowedOn(histories)
	if err != nil {
		return trial{}, err
	}
	if choice := result.Choose(allowed); choice.Candidate != nil {
		procedure.Family = choice.Candidate.Family
	}
	rolling, err := backtest.Roll(past, procedure, terms)
	if err != nil {
		return trial{}, err
	}
	r := trial{judgement: rolling.Judge(rolling.StandardError()), family: procedure.Family}
	for i, target := range []backtest.Target{backtest.Purchases, backtest.Margin} {
		r.sigma[i] = math.Sqrt(rolling.ErrorVariance(target))
		r.ratios[i] = rolling.Ratio(target, look.HorizonDays)
	}
	r.forecast, err = backtest.NewForecast(today, ahead, procedure, r.ratios, 200)
	return r, err
}

// allowedOn are the families that dropout allows as of a day.
func allowedOn(histories []btyd.HistoryCount) (func(string) bool, error) {
	base, err := btyd.NewBase(histories, 1)
	if err != nil {
		return nil, err
	}
	var fits []btyd.Fit
	var refused []*btyd.NoFitError
	for _, family := range btyd.Families {
		fit, err := family.Fit(base, 1)
		var none *btyd.NoFitError
		switch {
		case err == nil:
			fits = append(fits, fit)
		case errors.As(err, &none):
			refused = append(refused, none)
		default:
			return nil, err
		}
	}
	return contest.ByDropout(fits, refused), nil
}

// tries carries out trials side by side, in their order.
func tries(tb testing.TB, n int, one func(i int) (trial, error)) []trial {
	tb.Helper()
	results, errs := make([]trial, n), make([]error, n)
	var group sync.WaitGroup
	slots := make(chan struct{}, 2)
	for i := range n {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			results[i], errs[i] = one(i)
		})
	}
	group.Wait()
	for i, err := range errs {
		if err != nil {
			tb.Fatalf("trial %d: %v", i, err)
		}
	}
	return results
}

// soundness is what trials of one size come to.
type soundness struct {
	bases, without    int // without a forecast: no family had a fit
	yes, no           int
	published, narrow int     // intervals that hold
	pit               float64 // sum of the shares of V within .1 and .9
	failed            map[string]int
	squares, own      float64 // sums of what ln of a total missed by, squared, and of its own variance
	keeps             []keep
}

// keep is a customer's keep_probability, and whether they were worth it.
type keep struct {
	chance float64
	kept   bool
}

func (s *soundness) add(r trial) {
	s.bases++
	switch r.judgement.Trust {
	case backtest.Trusted:
		s.yes++
	case backtest.NotTrusted:
		s.no++
	}
	if s.failed == nil {
		s.failed = map[string]int{}
	}
	seen := map[string]bool{}
	for _, test := range r.judgement.Tests {
		if test.Failed && !seen[test.Name] {
			seen[test.Name] = true
			s.failed[test.Name]++
		}
	}
	if r.forecast == nil {
		s.without++
		return
	}
	published, narrow := r.holds()
	if published {
		s.published++
	}
	if narrow {
		s.narrow++
	}
	inside := 0
	for _, v := range r.forecast.PITs {
		if v >= .1 && v <= .9 {
			inside++
		}
	}
	s.pit += float64(inside) / float64(len(r.forecast.PITs))
	for i, chance := range r.forecast.Keep {
		s.keeps = append(s.keeps, keep{chance, r.forecast.Kept[i]})
	}
	total := r.forecast.Totals[1]
	s.squares += math.Pow(math.Log(r.forecast.Came[1]/total.Expected), 2)
	s.own += (total.Parameters + total.Customers) / (total.Expected * total.Expected)
}

// share is that of the bases with a forecast.
func (s *soundness) share(n int) float64 { return float64(n) / float64(max(1, s.bases-s.without)) }

// keepMisses are, by fifth of keep_probability, what share was kept less the mean
// probability.
func (s *soundness) keepMisses() (misses [5]float64) {
	slices.SortFunc(s.keeps, func(a, b keep) int {
		switch {
		case a.chance < b.chance:
			return -1
		case a.chance > b.chance:
			return 1
		}
		return 0
	})
	n := len(s.keeps)
	for fifth := range misses {
		from, to := fifth*n/5, (fifth+1)*n/5
		for _, k := range s.keeps[from:to] {
			kept := 0.
			if k.kept {
				kept = 1
			}
			misses[fifth] += (kept - k.chance) / float64(max(1, to-from))
		}
	}
	return misses
}

// String is a line of the table.
func (s *soundness) String() string {
	var failed []string
	for _, name := range slices.Sorted(maps.Keys(s.failed)) {
		failed = append(failed, fmt.Sprintf("%s %d", name, s.failed[name]))
	}
	n := float64(max(1, s.bases-s.without))
	return fmt.Sprintf("%4d bases: yes %5.1f %%, no %4.1f %%, published interval %4.1f %%, without forecast error %4.1f %% (error %.3f, its own %.3f), PIT %.3f, keep_probability %+.3f; failed: %s",
		s.bases, 100*float64(s.yes)/float64(s.bases), 100*float64(s.no)/float64(s.bases), 100*s.share(s.published), 100*s.share(s.narrow),
		math.Sqrt(s.squares/n), math.Sqrt(s.own/n), s.pit/n, s.keepMisses(), strings.Join(failed, ", "))
}

// sound tries bases of a size, so many of each family, and returns what they come to
// together and by family.
func sound(tb testing.TB, customers, seeds int) (together *soundness, byFamily map[string]*soundness) {
	tb.Helper()
	const asOf = 3*365 - 1
	results := tries(tb, seeds*len(soundShops), func(i int) (trial, error) {
		shop := soundShops[i%len(soundShops)].seasonal
		shop.customers, shop.years, shop.factor = customers, 3, 1
		return try(shop.draw(uint64(1000+i/len(soundShops))), asOf, 365)
	})
	together, byFamily = &soundness{}, map[string]*soundness{}
	for i, r := range results {
		family := soundShops[i%len(soundShops)].family
		if byFamily[family] == nil {
			byFamily[family] = &soundness{}
		}
		together.add(r)
		byFamily[family].add(r)
	}
	return together, byFamily
}

// soundSizes are how many customers there are, and how many bases of each family.
var soundSizes = []struct{ customers, seeds int }{{100, 200}, {300, 200}, {1_000, 200}, {10_000, 40}, {100_000, 4}}

// BenchmarkSoundBases prints what trust, intervals and probabilities come to on sound
// bases of three years:
//
//	go test ./valuation/backtest -run NONE -bench SoundBases -benchtime 1x -timeout 2h
func BenchmarkSoundBases(b *testing.B) {
	for b.Loop() {
		for _, of := range soundSizes {
			together, byFamily := sound(b, of.customers, of.seeds)
			b.Logf("%d customers: %v", of.customers, together)
			for _, shop := range soundShops {
				b.Logf("%d customers, %s: %v", of.customers, shop.family, byFamily[shop.family])
			}
		}
	}
}

// Sound bases are trusted, their intervals hold as often as they say and their
// probabilities are calibrated: the quick form of BenchmarkSoundBases, whose figures have
// two standard errors more room.
func TestRecoverySound(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	for _, of := range []struct{ customers, seeds int }{{100, 50}, {300, 30}, {1_000, 15}} {
		s, _ := sound(t, of.customers, of.seeds)
		t.Logf("%d customers: %v", of.customers, s)
		n := float64(s.bases)
		within := func(what string, got, low, high float64) {
			t.Helper()
			room := func(p float64) float64 { return 2 * math.Sqrt(p*(1-p)/n) }
			if !(low-room(low) <= got && got <= high+room(high)) {
				t.Errorf("%d customers: %s is %.3f, want %.3f to %.3f", of.customers, what, got, low, high)
			}
		}
		within("the share of no", float64(s.no)/n, 0, .1)
		if of.customers >= 1_000 {
			within("the share of yes", float64(s.yes)/n, .9, 1)
		}
		within("the share of intervals without the forecast error that hold", s.share(s.narrow), .74, .86)
		within("the share of published intervals that hold", s.share(s.published), .78, 1)
		if pit := s.pit / (n - float64(s.without)); !(.78 <= pit && pit <= .82) {
			t.Errorf("%d customers: PIT share %.3f, want .78 to .82", of.customers, pit)
		}
		for fifth, miss := range s.keepMisses() {
			if room := 2 * math.Sqrt(.25/float64(len(s.keeps)/5)); !(math.Abs(miss) <= .03+room) {
				t.Errorf("%d customers: fifth %d of keep_probability is off by %+.3f", of.customers, fifth+1, miss)
			}
		}
	}
}
