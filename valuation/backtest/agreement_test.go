package backtest_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/stat"
)

// near reports an error unless got is within a tolerance of want.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*(1+math.Abs(want))) {
		t.Errorf("%s = %.15g, want %.15g", what, got, want)
	}
}

// run backtests customers who can be.
func run(t *testing.T, customers []backtest.Customer, holdout int) backtest.Result {
	t.Helper()
	result, err := backtest.Run(customers, backtest.Terms{HoldoutDays: holdout, MaxTotalError: 0.25, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// grouped is a shop of two groups that leave as in BG/NBD.
func grouped(n int, seed uint64) []backtest.Customer {
	return two(bg{0.8, 2.5}, bg{0.4, 4}, n, seed)
}

// two is a shop of two groups, the second of which buys three times as fast, and
// a few customers of none.
func two(slowLife, fastLife life, n int, seed uint64) []backtest.Customer {
	slow, fast := ordinary(slowLife), ordinary(fastLife)
	fast.rates[1] /= 3
	customers := slow.customers(n, seed)
	copy(customers[n/2:], fast.customers(n/2, seed+1000))
	for i := range customers {
		customers[i].Group = []int{4, 9}[2*i/n]
		if i%10 == 0 {
			customers[i].Group = 0
		}
	}
	return customers
}

// of returns the customers of a group, all of them for 0.
func of(customers []backtest.Customer, group int) []backtest.Customer {
	var inside []backtest.Customer
	for _, c := range customers {
		if group == 0 || c.Group == group {
			inside = append(inside, c)
		}
	}
	return inside
}

// fitsOf fits one family, and spend, to customers. Where they determine no
// model of the family the fit is nil.
func fitsOf(t *testing.T, family btyd.Family, customers []backtest.Customer) (*btyd.Fit, spend.Model) {
	t.Helper()
	var histories []btyd.HistoryCount
	spending := spend.Sample{Form: spend.OnPurchases}
	for _, c := range customers {
		histories = append(histories, btyd.HistoryCount{History: c.History, Customers: 1})
		n := c.History.Repeats + 1
		spending.Counts = append(spending.Counts, spend.Count{Repeats: n - 1, Purchases: n, Total: c.FirstSpend + c.RepeatSpend, Customers: 1})
		spending.LnValues += c.LnSpend
	}
	base, err := btyd.NewBase(histories, 1)
	if err != nil {
		t.Fatal(err)
	}
	found, err := spend.FitModel(spending, 1)
	if err != nil {
		t.Fatal(err)
	}
	fit, err := family.Fit(base, 1)
	var none *btyd.NoFitError
	if errors.As(err, &none) {
		return nil, found
	}
	if err != nil {
		t.Fatal(err)
	}
	return &fit, found
}

func familyOf(t *testing.T, name string) btyd.Family {
	t.Helper()
	i := slices.IndexFunc(btyd.Families, func(f btyd.Family) bool { return f.Name() == name })
	if i < 0 {
		t.Fatalf("no family %s", name)
	}
	return btyd.Families[i]
}

// Everything that is said of a candidate, from its definition and customer by
// customer.
func TestAgreementWithDefinitions(t *testing.T) {
	const holdout = 240
	customers := grouped(1_500, 0)
	customers[3].Margin = -7 // a return of an earlier purchase
	result := run(t, customers, holdout)
	if result.Form != spend.OnPurchases {
		t.Fatalf("spend is modelled on %s", result.Form.Name())
	}
	if len(result.Candidates) == 0 || !slices.ContainsFunc(result.Candidates, func(c backtest.Candidate) bool { return c.ByGroup }) {
		t.Fatalf("%d candidates, none by group: %v", len(result.Candidates), result.Unfitted)
	}
	for _, candidate := range result.Candidates {
		t.Run(candidate.Name, func(t *testing.T) {
			family := familyOf(t, candidate.Family)
			fits, spends := map[int]*btyd.Fit{}, map[int]spend.Model{}
			fits[0], spends[0] = fitsOf(t, family, customers)
			for _, group := range []int{4, 9} {
				fits[group], spends[group] = fits[0], spends[0]
				if !candidate.ByGroup {
					continue
				}
				fit, worth := fitsOf(t, family, of(customers, group))
				if fit != nil {
					fits[group] = fit
				}
				if worth.Fit != nil {
					spends[group] = worth
				}
			}
			forecast := naive{t: t, customers: customers}
			for _, c := range customers {
				model, worth := fits[c.Group].Model, spends[c.Group]
				expected := btyd.ExpectedPurchases(model, c.History, holdout)
				forecast.purchases = append(forecast.purchases, expected)
				forecast.margin = append(forecast.margin, expected*worth.Expected(c.History.Repeats, c.History.Repeats+1, c.FirstSpend+c.RepeatSpend)*c.MarginShare)
				forecast.pPurchase = append(forecast.pPurchase, btyd.PPurchase(model, c.History, holdout))
				forecast.pmf = append(forecast.pmf, func(n int) float64 { return btyd.PMF(model, c.History, holdout, n) })
			}
			forecast.same("purchases", 1e-10, candidate.Purchases, forecast.purchases, func(c backtest.Customer) float64 { return float64(c.Purchases) })
			// the sum of logarithms depends on the order of its terms, and a fit is within 1e-6
			// standard errors of its optimum
			forecast.same("margin", 1e-8, candidate.Margin, forecast.margin, func(c backtest.Customer) float64 { return c.Margin })
			forecast.sameDistribution(candidate.Purchasing)
		})
	}
}

// The baselines, from their definitions.
func TestAgreementBaselines(t *testing.T) {
	const holdout = 240
	customers := ordinary(bg{0.8, 2.5}).customers(800, 3)
	customers[0].RecentMargin = -5
	var repeats, spend, age float64
	for _, c := range customers {
		repeats += float64(c.History.Repeats)
		spend += c.RepeatSpend
		age += c.History.Age
	}
	mean, recent := naive{t: t, customers: customers}, naive{t: t, customers: customers}
	for _, c := range customers {
		rate := repeats / age * holdout
		margin := rate * spend / repeats * c.MarginShare
		mean.purchases, mean.margin = append(mean.purchases, rate), append(mean.margin, margin)
		if days := math.Min(c.History.Age, holdout); days > 0 {
			rate = 0.2*rate + 0.8*float64(c.RecentPurchases)/days*holdout
			margin = 0.2*margin + 0.8*math.Max(0, c.RecentMargin)/days*holdout
		}
		recent.purchases, recent.margin = append(recent.purchases, rate), append(recent.margin, margin)
	}
	for i, forecast := range []naive{mean, recent} {
		b := run(t, customers, holdout).Baselines[i]
		forecast.same(b.Name+" purchases", 1e-10, b.Purchases, forecast.purchases, func(c backtest.Customer) float64 { return float64(c.Purchases) })
		forecast.same(b.Name+" margin", 1e-10, b.Margin, forecast.margin, func(c backtest.Customer) float64 { return c.Margin })
	}
}

// naive scores a forecast by definitions, however slowly.
type naive struct {
	t                            *testing.T
	customers                    []backtest.Customer
	purchases, margin, pPurchase []float64
	pmf                          []func(n int) float64
}

// poisson is the mean Poisson deviance: twice the ln L that is lost against a
// prediction of the outcome itself.
func poisson(y, mu float64) float64 {
	lnL := func(mu float64) float64 {
		if y == 0 {
			return -mu
		}
		return y*math.Log(mu) - mu
	}
	return 2 * (lnL(y) - lnL(mu))
}

func (f naive) same(what string, tolerance float64, got backtest.Score, predicted []float64, outcome func(backtest.Customer) float64) {
	f.t.Helper()
	n := float64(len(f.customers))
	var want backtest.Score
	var actual []float64
	for i, c := range f.customers {
		y := outcome(c)
		actual = append(actual, y)
		want.Expected += predicted[i]
		want.Actual += y
		want.Deviance += poisson(math.Max(0, y), predicted[i]) / n
		want.MAE += math.Abs(y-predicted[i]) / n
		want.RMSE += (y - predicted[i]) * (y - predicted[i]) / n
	}
	near(f.t, what+": deviance", got.Deviance, want.Deviance, tolerance)
	near(f.t, what+": expected", got.Expected, want.Expected, tolerance)
	near(f.t, what+": actual", got.Actual, want.Actual, tolerance)
	near(f.t, what+": MAE", got.MAE, want.MAE, tolerance)
	near(f.t, what+": RMSE", got.RMSE, math.Sqrt(want.RMSE), tolerance)
	near(f.t, what+": total error", got.Error, want.Expected/want.Actual-1, tolerance)
	// The delta method in two means: (Var e - 2R Cov(e, a) + R² Var a)/ā²/n.
	ratio := want.Expected / want.Actual
	variance := covariance(predicted, predicted) - 2*ratio*covariance(predicted, actual) + ratio*ratio*covariance(actual, actual)
	half := 1.959964 * math.Sqrt(variance*n) / want.Actual
	near(f.t, what+": low", got.ErrorLow, ratio-1-half, 1e-6)
	near(f.t, what+": high", got.ErrorHigh, ratio-1+half, 1e-6)
	near(f.t, what+": Spearman", got.Spearman, spearman(predicted, actual), 1e-6)
	f.sameDeciles(what, 10*tolerance, got.Deciles, predicted, actual)
}

func (f naive) sameDistribution(got backtest.Distribution) {
	f.t.Helper()
	n := float64(len(f.customers))
	var want backtest.Distribution
	var repeaters float64
	var purchased []float64
	for i, c := range f.customers {
		cumulative := func(n int) float64 {
			sum := 0.0
			for y := 0; y <= n; y++ {
				sum += f.pmf[i](y)
			}
			return sum
		}
		below := cumulative(c.Purchases - 1)
		v := below + c.U*f.pmf[i](c.Purchases)
		want.PIT[int(10*v)]++
		inside := 0.0
		if 0.1 <= v && v <= 0.9 {
			inside = 1
		}
		want.PITShare += inside / n
		if c.History.Repeats > 0 {
			repeaters++
			want.PITShareRepeaters += inside
		}
		low, high := 0, 0
		for cumulative(low) < 0.1 {
			low++
		}
		for cumulative(high) < 0.9 {
			high++
		}
		if low <= c.Purchases && c.Purchases <= high {
			want.Coverage += 1 / n
		}
		want.ExpectedCoverage += (cumulative(high) - cumulative(low-1)) / n
		purchased = append(purchased, math.Min(1, float64(c.Purchases)))
		want.Brier += (f.pPurchase[i] - purchased[i]) * (f.pPurchase[i] - purchased[i]) / n
	}
	if got.PIT != want.PIT {
		f.t.Errorf("PIT %v, want %v", got.PIT, want.PIT)
	}
	near(f.t, "PIT share", got.PITShare, want.PITShare, 1e-12)
	near(f.t, "PIT share of repeaters", got.PITShareRepeaters, want.PITShareRepeaters/repeaters, 1e-12)
	near(f.t, "coverage", got.Coverage, want.Coverage, 1e-12)
	near(f.t, "expected coverage", got.ExpectedCoverage, want.ExpectedCoverage, 1e-10)
	near(f.t, "Brier score", got.Brier, want.Brier, 1e-10)
	f.sameDeciles("P(purchase)", 1e-9, got.Deciles, f.pPurchase, purchased)
}

func (f naive) sameDeciles(what string, tolerance float64, got []stat.Decile, predicted, actual []float64) {
	f.t.Helper()
	order := make([]int, len(predicted))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		// Predictions come here by another route, so equal ones may differ in
		// the last digit.
		if d := predicted[a] - predicted[b]; math.Abs(d) > 1e-11 {
			return int(math.Copysign(1, d))
		}
		return int(math.Copysign(1, f.customers[a].U-f.customers[b].U))
	})
	if len(got) != 10 {
		f.t.Fatalf("%s: %d deciles", what, len(got))
	}
	for tenth, d := range got {
		part := order[tenth*len(order)/10 : (tenth+1)*len(order)/10]
		var mean, did float64
		for _, i := range part {
			mean += predicted[i] / float64(len(part))
			did += actual[i] / float64(len(part))
		}
		if d.Customers != len(part) {
			f.t.Errorf("%s: %d customers in decile %d, want %d", what, d.Customers, tenth, len(part))
		}
		near(f.t, what+" predicted of a decile", d.Predicted, mean, tolerance)
		near(f.t, what+" actual of a decile", d.Actual, did, tolerance)
	}
}

func covariance(a, b []float64) float64 {
	var meanA, meanB, sum float64
	n := float64(len(a))
	for i := range a {
		meanA += a[i] / n
		meanB += b[i] / n
	}
	for i := range a {
		sum += (a[i] - meanA) * (b[i] - meanB)
	}
	return sum / (n - 1)
}

// spearman compares every pair.
func spearman(a, b []float64) float64 {
	ranks := func(values []float64) []float64 {
		ranks := make([]float64, len(values))
		for i, v := range values {
			for _, w := range values {
				switch d := v - w; {
				case math.Abs(d) <= 1e-11:
					ranks[i] += 0.5
				case d > 0:
					ranks[i]++
				}
			}
		}
		return ranks
	}
	ra, rb := ranks(a), ranks(b)
	if covariance(ra, ra) == 0 {
		return 0
	}
	return covariance(ra, rb) / math.Sqrt(covariance(ra, ra)*covariance(rb, rb))
}

// A contest is the mean of paired differences and its standard error: the
// gains over the deviances of the scores.
func TestAgreementContests(t *testing.T) {
	t.Parallel()
	result := run(t, grouped(3_000, 1), 240)
	deviance := map[backtest.Target]map[string]float64{backtest.Purchases: {}, backtest.Margin: {}}
	for _, c := range result.Candidates {
		deviance[backtest.Purchases][c.Name], deviance[backtest.Margin][c.Name] = c.Purchases.Deviance, c.Margin.Deviance
	}
	for _, b := range result.Baselines {
		deviance[backtest.Purchases][b.Name], deviance[backtest.Margin][b.Name] = b.Purchases.Deviance, b.Margin.Deviance
	}
	for _, c := range result.Contests {
		near(t, c.Holder+" against "+c.Challenger, c.Gain, deviance[c.Target][c.Holder]-deviance[c.Target][c.Challenger], 1e-12)
		if !(c.StandardError > 0) {
			t.Errorf("%+v", c)
		}
	}
	// Twice the customers: the same gains, standard errors of 1/√2.
	customers := grouped(3_000, 1)
	twice := run(t, append(slices.Clone(customers), customers...), 240)
	for i, c := range twice.Contests {
		near(t, c.Challenger+" of twice as many", c.Gain, result.Contests[i].Gain, 1e-6)
		near(t, c.Challenger+" standard error", c.StandardError*math.Sqrt2, result.Contests[i].StandardError, 1e-3)
	}
}

// Neither the order of customers nor the number of workers changes a digit.
func TestAgreementWorkers(t *testing.T) {
	t.Parallel()
	customers := grouped(12_000, 2)
	terms := backtest.Terms{HoldoutDays: 240, MaxTotalError: 0.25, Workers: 1}
	want, err := backtest.Run(customers, terms)
	if err != nil {
		t.Fatal(err)
	}
	among := []int{2, 5}
	if testing.Short() {
		among = []int{5}
	}
	for _, workers := range among {
		draw := rand.New(rand.NewPCG(uint64(workers), 0))
		draw.Shuffle(len(customers), func(i, j int) { customers[i], customers[j] = customers[j], customers[i] })
		terms.Workers = workers
		got, err := backtest.Run(customers, terms)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d workers say otherwise", workers)
		}
	}
}
