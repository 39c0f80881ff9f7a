package backtest_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/contest"
	"cbv/valuation/parquetfile"
)

// sharedData returns a file of the real order histories, which lie beside the
// project and are not part of it.
func sharedData(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("../../../shared/data", name)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("order history is missing: %v", err)
		}
		t.Skipf("order history is missing: %v", err)
	}
	return path
}

// cdnow returns the customers of a CDNOW file at the cutoff of the papers,
// 1997-09-30, and what they did in the 39 weeks after it. Orders of a day are one
// purchase, and those of nothing count.
func cdnow(t *testing.T, file string) []backtest.Customer {
	t.Helper()
	type order struct {
		CustomerID string `parquet:"customer_id"`
		Day        int32  `parquet:"date,date"`
		Cents      int64  `parquet:"amount,decimal(2:10)"`
	}
	orders, err := parquetfile.Read[order](sharedData(t, file))
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(orders, func(a, b order) int {
		if a.CustomerID != b.CustomerID {
			if a.CustomerID < b.CustomerID {
				return -1
			}
			return 1
		}
		return int(a.Day - b.Day)
	})
	cutoff := int32(time.Date(1997, 9, 30, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	var customers []backtest.Customer
	for from := 0; from < len(orders); {
		first := orders[from]
		c := backtest.Customer{MarginShare: 0.3}
		c.History.Age = float64(cutoff - first.Day)
		to := from
		for to < len(orders) && orders[to].CustomerID == first.CustomerID {
			day, cents := orders[to].Day, int64(0)
			for ; to < len(orders) && orders[to].CustomerID == first.CustomerID && orders[to].Day == day; to++ {
				cents += orders[to].Cents
			}
			value := float64(cents) / 100
			if day > cutoff {
				c.Purchases++
				c.Margin += 0.3 * value
				continue
			}
			if cents > 0 {
				c.Positive++
				c.LnSpend += math.Log(value)
			}
			if day == first.Day {
				c.FirstSpend = value
				continue
			}
			c.History.Repeats++
			c.History.LastPurchase = float64(day - first.Day)
			c.RepeatSpend += value
			if day > cutoff-holdoutDays {
				c.RecentPurchases++
				c.RecentMargin += 0.3 * value
			}
		}
		// A Weyl sequence is spread as evenly as a hash.
		_, c.U = math.Modf(float64(len(customers)+1) * math.Phi)
		if first.Day <= cutoff {
			customers = append(customers, c)
		}
		from = to
	}
	return customers
}

const holdoutDays = 39 * 7

// Actual purchases: Fader, Hardie & Lee (2005). Expected purchases and MAE: the
// project's reference figures, of fits in weeks.
func TestPublishedCDNOW(t *testing.T) {
	type figures struct{ expected, mae float64 }
	for _, c := range []struct {
		file              string
		customers, actual int
		want              map[string]figures
	}{
		{"cdnow_sample.parquet", 2357, 1882, map[string]figures{
			"BG/NBD": {1653.4, .785}, "MBG/NBD": {1576.7, .765}, "Pareto/NBD": {1665.5, .755}}},
		{"cdnow_master.parquet", 23570, 19684, map[string]figures{
			"BG/NBD": {16873.7, .8187}, "MBG/NBD": {15933.6, .7945}, "Pareto/NBD": {17153.2, .7938}}},
	} {
		t.Run(c.file, func(t *testing.T) {
			customers := cdnow(t, c.file)
			result := run(t, customers, holdoutDays)
			if result.Customers != c.customers || !result.Seasonal {
				t.Errorf("%d customers, seasonal %v: want %d", result.Customers, result.Seasonal, c.customers)
			}
			checked := 0
			for _, candidate := range result.Candidates {
				p, d := candidate.Purchases, candidate.Purchasing
				t.Logf("%s: deviance %.4f, %.1f of %.0f (%+.1f %%, %+.1f to %+.1f), MAE %.4f, Spearman %.3f; margin %+.1f %%; PIT %.3f, repeaters %.3f; coverage %.3f, expected %.3f; Brier %.4f",
					candidate.Name, p.Deviance, p.Expected, p.Actual, 100*p.Error, 100*p.ErrorLow, 100*p.ErrorHigh, p.MAE, p.Spearman,
					100*candidate.Margin.Error, d.PITShare, d.PITShareRepeaters, d.Coverage, d.ExpectedCoverage, d.Brier)
				for _, decile := range d.Deciles {
					t.Logf("  P(purchase): %d customers, predicted %.3f, observed %.3f", decile.Customers, decile.Predicted, decile.Actual)
				}
				if p.Actual != float64(c.actual) {
					t.Errorf("%s: %g purchases in the holdout, want %d", candidate.Name, p.Actual, c.actual)
				}
				want, known := c.want[candidate.Name]
				if !known {
					continue // NBD is published nowhere
				}
				checked++
				if !(math.Abs(p.Expected/want.expected-1) <= 0.005) || !(math.Abs(p.MAE/want.mae-1) <= 0.005) {
					t.Errorf("%s: %.1f expected with MAE %.4f, want %.1f and %.4f", candidate.Name, p.Expected, p.MAE, want.expected, want.mae)
				}
				for what, share := range map[string]float64{"everyone": d.PITShare, "repeaters": d.PITShareRepeaters} {
					if !(share >= 0.72 && share <= 0.85) {
						t.Errorf("%s: the PIT of %.3f of %s is within [.1, .9]", candidate.Name, share, what)
					}
				}
			}
			for _, b := range result.Baselines {
				t.Logf("%s: deviance %.4f, %+.1f %%", b.Name, b.Purchases.Deviance, 100*b.Purchases.Error)
			}
			for _, contest := range result.Contests {
				t.Logf("%+v", contest)
			}
			for _, s := range result.Spendings {
				t.Logf("%s: %v, margin %+.1f %%, deviance %.4f", s.Model.Form.Name(), s.Model.Fit.Parameters, 100*s.Margin.Error, s.Margin.Deviance)
			}
			t.Logf("first to later %.4f, spend on %s: %+v", result.FirstToLater.Ratio(), result.Form.Name(), result.SpendContests)
			choice := result.Choose(nil)
			t.Logf("%s: %v %q", choice.Candidate.Name, choice.Trust, choice.Reasons)
			if checked == 0 || choice.Trust != backtest.Trusted {
				t.Errorf("%d families checked, %v: %q", checked, choice.Trust, choice.Reasons)
			}
			preferred(t, customers)
		})
	}
}

// preferred logs the choice by likelihood.
func preferred(t *testing.T, customers []backtest.Customer) {
	var counts []btyd.HistoryCount
	for _, c := range customers {
		counts = append(counts, btyd.HistoryCount{History: c.History, Customers: 1})
	}
	base, err := btyd.NewBase(counts, 2)
	if err != nil {
		t.Fatal(err)
	}
	var fits []btyd.Fit
	for _, family := range btyd.Families {
		if fit, err := family.Fit(base, 2); err == nil {
			fits = append(fits, fit)
		}
	}
	chosen, contests := contest.Prefer(base, fits, 2)
	t.Logf("by likelihood %s: %+v", fits[chosen].Model.Name(), contests)
}
