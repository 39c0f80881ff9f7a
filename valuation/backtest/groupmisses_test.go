package backtest_test

import (
	"math"
	"testing"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd/spend"
)

// Customers whose forecast failed at the cutoffs have a forecast error of their own, the
// others less than that of all, and both are shrunk towards the base's. Whom it is of is
// said by what was known and expected of each on the day.
func TestForecastErrorOfSomeCustomers(t *testing.T) {
	const asOf = 3*365 - 1
	drawn := seasonal{customers: 6000, years: 3, factor: 1}.draw(5)
	for i, purchases := range drawn { // a third stopped buying, but for their first purchase, 300 days ago
		for at, p := range purchases {
			if at > 0 && i%3 == 0 && p.day > asOf-300 {
				drawn[i] = purchases[:at]
				break
			}
		}
	}
	look := backtest.NewLookback(asOf, 365, 0)
	past := pastOf(drawn, asOf, look)
	stopped := func(c backtest.Customer) bool { return int(c.U*float64(len(drawn)))%3 == 0 }
	rolling, err := backtest.Roll(past, backtest.Procedure{Family: "MBG/NBD", Form: spend.OnPurchases}, backtest.Terms{MaxTotalError: .25, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	base := rolling.ErrorVariance(backtest.Purchases)
	of := rolling.ErrorVarianceOf(backtest.Purchases, func(c backtest.Known) bool { return stopped(c.Customer) })
	others := rolling.ErrorVarianceOf(backtest.Purchases, func(c backtest.Known) bool { return !stopped(c.Customer) })
	if !(of > 1.2*base && others < base) {
		t.Errorf("%.4f of those who stopped, %.4f of the others, %.4f of all", of, others, base)
	}
	if nobody := rolling.ErrorVarianceOf(backtest.Purchases, func(backtest.Known) bool { return false }); nobody != base {
		t.Errorf("nobody has %g, want the base's %g", nobody, base)
	}
	sum, seen := 0., false
	all := rolling.Misses(backtest.Margin, func(c backtest.Known) bool {
		sum += c.Margin
		seen = seen || c.Margin > 0
		return true
	})
	if whole := rolling.Misses(backtest.Margin, nil); !seen || math.IsNaN(sum) || len(all) != len(whole) || !(math.Abs(all[0].Log-whole[0].Log) <= 1e-12) {
		t.Errorf("everybody misses %+v, want %+v", all, whole)
	}
}
