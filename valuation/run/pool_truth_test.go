package run

import (
	"fmt"
	"testing"
	"time"

	"gonum.org/v1/gonum/floats"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/pool"
	"cbv/valuation/btyd/spend"
)

// observed returns the customers of a day before the cutoff as the pool sees them, and
// what came of them.
func (s split) observed(before int) []pool.Observed {
	var observed []pool.Observed
	for _, c := range s.past[before] {
		o := pool.Observed{
			Customer:  pool.Customer{History: c.history(), Recent: c.RecentPurchases, RecentHalf: c.HalfWindowPurchases},
			Purchases: c.HoldoutPurchases,
		}
		for i, sum := range []int64{c.Faded30, c.Faded60, c.Faded120, c.Faded240, c.Faded480, c.Faded960} {
			o.Faded[i] = pool.Billionth * float64(sum)
		}
		observed = append(observed, o)
	}
	return observed
}

// fitsAt are the families' fits to the customers of a day before the cutoff.
func (s split) fitsAt(t testing.TB, before int) (fits []btyd.Fit) {
	t.Helper()
	var counts []btyd.HistoryCount
	for _, c := range s.past[before] {
		counts = append(counts, btyd.HistoryCount{History: c.history(), Customers: 1})
	}
	base, err := btyd.NewBase(counts, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range btyd.Families {
		if fit, err := family.Fit(base, 2); err == nil {
			fits = append(fits, fit)
		}
	}
	return fits
}

// poolMade is what a pool and its fading memory forecast of a cutoff's customers.
type poolMade struct {
	memory, forecasts []float64
	size              []float64 // of the negative binomial distribution
}

// pooled are the forecasts of the cutoff by what was fitted on windows that end by it,
// the last holdout first.
func (s split) pooled(t testing.TB, days int, windows ...int) (made poolMade) {
	t.Helper()
	fit, err := pool.FitMemory(s.observed(windows[0]), days, 2)
	if err != nil {
		t.Fatal(err)
	}
	var fits [][]btyd.Fit
	for _, before := range append(windows, 0) {
		fits = append(fits, s.fitsAt(t, before))
	}
	models, err := pool.ModelsOn(fit.Model, fits...)
	if err != nil {
		t.Fatal(err)
	}
	var fitted []pool.Window
	for i, before := range windows {
		fitted = append(fitted, pool.Window{Customers: s.observed(before), Models: models[i]})
	}
	p, err := pool.Fit(fitted, days, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range s.observed(0) {
		made.memory = append(made.memory, fit.Model.Expected(o.Customer, float64(days)))
		made.forecasts = append(made.forecasts, p.Expected(models[len(windows)], o.Customer))
		made.size = append(made.size, fit.Model.Size(o.Customer))
	}
	return made
}

// onMeansWithTheFirst is the published form of the spend model on the means of all
// purchases.
func (s split) onMeansWithTheFirst(t testing.TB) func(c testedCustomer) float64 {
	t.Helper()
	sample := spend.Sample{Form: spend.OnMeans}
	total := func(c testedCustomer) float64 { return float64(c.FirstPurchaseMinor+c.RepeatRevenueMinor) / 100 }
	for _, c := range s.customers {
		if total(c) > 0 {
			sample.Counts = append(sample.Counts, spend.Count{Repeats: c.RepeatPurchases + 1, Purchases: c.RepeatPurchases + 1, Total: total(c), Customers: 1})
		}
	}
	fit, err := spend.FitGammaGamma(sample, nil, 2)
	if err != nil {
		t.Log(err)
		return func(testedCustomer) float64 { return 1 }
	}
	return func(c testedCustomer) float64 { return fit.Models[0].ExpectedSpend(c.RepeatPurchases+1, total(c)) }
}

func (s split) moneyOf(purchases []float64, worth func(c testedCustomer) float64) []float64 {
	money := make([]float64, len(purchases))
	for i, expected := range purchases {
		money[i] = expected * worth(s.customers[i])
	}
	return money
}

// scaledTo returns forecasts at another total.
func scaledTo(forecasts []float64, total float64) []float64 {
	factor := total / floats.Sum(forecasts)
	scaled := make([]float64, len(forecasts))
	for i, f := range forecasts {
		scaled[i] = factor * f
	}
	return scaled
}

// Fading memory alone forecasts as the reference says, and so does the pool of all
// features at the reference's total, or better. The reference's rows "pool" are of an
// earlier pool, of MBG/NBD and fading memory alone: what is not to be fallen short of.
func TestFadingMemoryAndThePoolForecastAsTheReference(t *testing.T) {
	t.Parallel()
	for _, set := range []string{"cdnow", "debruyn"} {
		done := map[string]poolMade{}
		for _, row := range truthRows(t, set, "fading memory alone", "pool", "all together") {
			if testing.Short() && !row.isOfShort() {
				continue
			}
			s, name := splitOf(t, set, row.cutoff, row.horizon), fmt.Sprint(row.cutoff, row.horizon)
			if _, ok := done[name]; !ok {
				done[name] = s.pooled(t, row.horizon, row.horizon)
			}
			camePurchases, cameMoney := s.came()
			purchases, worth, tolerance := done[name].forecasts, s.onMeansWithTheFirst(t), 0.01
			switch row.variant {
			case "fading memory alone":
				purchases, tolerance = done[name].memory, 0.001
			case "all together":
				purchases = scaledTo(purchases, (1+row.purchasesError)*floats.Sum(camePurchases))
				worth = worthBy(s.spendingOf(t, spend.OnPurchases))
				if set == "debruyn" && row.cutoff.Year() == 2012 {
					// MBG/NBD has a fit on the window's first day, next to the boundary of
					// dropout at once or never. Without it, NBD in its place, the deviance
					// is .5309.
					tolerance = 0.013
				}
			}
			ofPurchases, ofMoney := measure(purchases, camePurchases), measure(s.moneyOf(purchases, worth), cameMoney)
			if got, most := ofPurchases.deviance, (1+tolerance)*row.purchasesDeviance; !(got <= most) {
				t.Errorf("%s, %s, %d days, %s: the deviance of purchases is %.4f, want %.4f at most", set, row.cutoff.Format(time.DateOnly), row.horizon, row.variant, got, most)
			}
			if got, least := ofMoney.gini, (1-tolerance)*row.gini; !(got >= least) {
				t.Errorf("%s, %s, %d days, %s: Gini is %.4f, want %.4f at least", set, row.cutoff.Format(time.DateOnly), row.horizon, row.variant, got, least)
			}
		}
	}
}

// The pool is chosen on both histories, by what is known on each cutoff, and its gain is
// that of the forecasts that the reference has: some percent of the deviance.
func TestThePoolIsChosenOnRealHistories(t *testing.T) {
	if testing.Short() {
		t.Skip("real histories of their own")
	}
	for _, c := range []struct {
		set     string
		cutoff  time.Time
		horizon int
		windows int
	}{
		{"cdnow", time.Date(1997, 12, 31, 0, 0, 0, 0, time.UTC), 181, 2},
		{"debruyn", time.Date(2014, 12, 31, 0, 0, 0, 0, time.UTC), 365, 1},
	} {
		pooling := splitOf(t, c.set, c.cutoff, c.horizon).report.Pooling
		if pooling.Contest == nil || pooling.Today == nil {
			t.Errorf("%s: no pool: %s", c.set, pooling.Why)
			continue
		}
		own, family := pooling.Deviances()
		t.Logf("%s: deviance %.4f, of %s %.4f, at %d cutoffs; %+v", c.set, own, pooling.Contest.Holder, family, len(pooling.Cutoffs), *pooling.Contest)
		if !pooling.Won() || !(own < .98*family) {
			t.Errorf("%s: chosen %t, deviance %.4f, of the family %.4f", c.set, pooling.Won(), own, family)
		}
		if got := len(pooling.Today.Windows); got != c.windows {
			t.Errorf("%s: the pool of today is fitted on %d windows, want %d", c.set, got, c.windows)
		}
	}
}
