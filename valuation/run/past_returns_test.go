package run

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/config"
)

// withReturnsAfter are the orders of a shop of two years, and of every fourth of them that
// was placed by a day a return in full, some weeks after that day.
func withReturnsAfter(t *testing.T, shop config.Config, rows []rawOrder, day time.Time) config.Config {
	t.Helper()
	var booked []rawOrder
	for i, row := range rows {
		id := fmt.Sprint(i)
		row.OrderID = &id
		booked = append(booked, row)
		if at := day.AddDate(0, 0, 7+i%60).UnixMicro(); i%4 == 0 && *row.At <= day.AddDate(0, 0, -30).UnixMicro() {
			back := -*row.Amount
			booked = append(booked, rawOrder{OrderID: &id, Customer: row.Customer, At: &at, Amount: &back, Channel: row.Channel})
		}
	}
	shop.Orders.Files = config.Files{writeOrders(t, booked)}
	shop.Orders.Columns.OrderID = "order_id"
	return shop
}

// What is returned after a cutoff changes nothing that its forecast learns of the windows
// before it: its own ratio, its pool, and what each expects. As of as_of fewer purchases
// were in these windows, which is what a forecast of today learns.
func TestReturnsAfterACutoffAreNotLearnedOnIt(t *testing.T) {
	t.Parallel()
	const horizon = 120
	day := time.Date(2023, 9, 2, 0, 0, 0, 0, time.UTC)
	shop := shopOf(t, 6, 1500, never, gammas(.9, 60, 0, 0, "web"))
	rows := readOrders(t, shop)
	kept := splitOrders(t, withReturnsAfter(t, shop, rows, day.AddDate(1, 0, 0)), day, horizon)
	returned := splitOrders(t, withReturnsAfter(t, shop, rows, day), day, horizon)
	if one, other := kept.report.Rolling.Procedure, returned.report.Rolling.Procedure; one.Family != other.Family || one.Form != other.Form {
		t.Fatalf("procedures %+v and %+v", one, other)
	}
	tested, pooled := 0, 0
	for i, cutoff := range kept.report.Rolling.Cutoffs {
		again := returned.report.Rolling.Cutoffs[i]
		if !reflect.DeepEqual(again.Ratios, cutoff.Ratios) {
			t.Errorf("%d days before as_of: ratios %+v, with returns after it %+v", cutoff.Before, cutoff.Ratios, again.Ratios)
		}
		if again.Totals[0].Expected != cutoff.Totals[0].Expected {
			t.Errorf("%d days before as_of: %g purchases are expected, with returns after it %g", cutoff.Before, cutoff.Totals[0].Expected, again.Totals[0].Expected)
		}
		if cutoff.Ratios[0].Tested() {
			tested++
		}
	}
	for i, cutoff := range kept.report.Pooling.Cutoffs {
		again := returned.report.Pooling.Cutoffs[i]
		if again.Before != cutoff.Before || !reflect.DeepEqual(again.Pooled, cutoff.Pooled) {
			t.Errorf("%d days before as_of: pool %+v, with returns after it %+v", cutoff.Before, cutoff.Pooled, again.Pooled)
		}
		pooled += len(cutoff.Windows)
	}
	if tested < 2 || pooled < 4 {
		t.Errorf("%d cutoffs with a ratio, and pools of %d windows: want 2 and 4", tested, pooled)
	}
	// which is seen in the windows as of as_of
	for _, before := range []int{horizon, 365} { // days before the cutoff
		one, other := cameIn(kept.past[before]), cameIn(returned.past[before])
		if !(other < .9*one) {
			t.Errorf("from %d days before the cutoff %g purchases came, with later returns %g", before, one, other)
		}
	}
	if one, other := kept.report.Rolling.Ratio(backtest.Purchases, horizon), returned.report.Rolling.Ratio(backtest.Purchases, horizon); one.Raw == other.Raw {
		t.Errorf("the ratio of today does not know of the returns: %+v", other)
	}
}

// cameIn are the purchases in the holdout after a past day, as known on as_of.
func cameIn(customers []testedCustomer) (purchases float64) {
	for _, c := range customers {
		purchases += float64(c.HoldoutPurchases)
	}
	return purchases
}
