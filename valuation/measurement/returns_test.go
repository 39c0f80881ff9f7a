package measurement

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"cbv/valuation/campaign"
	"cbv/valuation/experiment"
)

// worths returns what each day of a customer is worth as a purchase, as known on the
// last of the days, and whether an order without a return stands on it. Rows without an
// order are an order of their day.
func (s measuredShop) worths(customer string, last int) (worth map[int]int64, kept map[int]bool) {
	worth, kept = map[int]int64{}, map[int]bool{}
	orders := map[string][]rawPurchase{}
	for _, o := range s.orders {
		if o.customer != customer || s.localDay(o) > last {
			continue
		}
		if !s.byOrder {
			worth[s.localDay(o)] += o.minor
			kept[s.localDay(o)] = true
			continue
		}
		order := o.order
		if order == "" {
			order = fmt.Sprint("of day ", s.localDay(o))
		}
		orders[order] = append(orders[order], o)
	}
	for _, rows := range orders {
		isReturned := slices.ContainsFunc(rows, func(o rawPurchase) bool { return o.minor < 0 })
		for _, o := range rows {
			kept[s.localDay(o)] = kept[s.localDay(o)] || !isReturned
		}
		for day, minor := range s.worthsOfOrder(rows) {
			worth[day] += minor
		}
	}
	return worth, kept
}

// worthsOfOrder takes the returns of an order from its latest days, and leaves nothing of
// what rounding may have left: at most half a minor unit a row.
func (s measuredShop) worthsOfOrder(rows []rawPurchase) map[int]int64 {
	nets, counts, returns := map[int]int64{}, map[int]int64{}, map[int]bool{}
	for _, o := range rows {
		day := s.localDay(o)
		nets[day] += o.minor
		counts[day]++
		returns[day] = returns[day] || o.minor < 0
	}
	left := map[int]int64{}
	var bought []int
	var debt, spare, booked int64
	for _, day := range slices.Sorted(maps.Keys(nets)) {
		net := nets[day]
		booked += counts[day]
		if net > 0 {
			paid := min(net, debt)
			debt, left[day], net = debt-paid, net-paid, 0
			bought = append(bought, day)
		}
		for _, earlier := range slices.Backward(bought) {
			taken := min(left[earlier], -net)
			left[earlier], net = left[earlier]-taken, net+taken
		}
		taken := min(spare, -net)
		spare, debt = spare-taken, debt-net-taken
		remains := spare
		for _, minor := range left {
			remains += minor
		}
		if returns[day] && 2*remains <= booked {
			spare = remains
			clear(left)
		}
	}
	return left
}

// An order that comes back in full takes its conversion back where it does so by the
// end of the person's own window, and not after.
func TestReturnsAfterTheWindowTakeNoConversionBack(t *testing.T) {
	const started, window = 19_000, 10
	s := measuredShop{
		asOf: started + 30, zone: time.UTC, percentile: 100, byOrder: true,
		terms: campaign.Terms{
			Audience: "retain", Started: time.Unix(started*86400, 0).UTC().Format(time.DateOnly), WindowDays: window, Nights: 20, Covariate: byPriorSpend,
			Design: experiment.Design{Campaign: "spring", Salt: "s", Shares: experiment.Shares{None: 5000, Champion: 5000}},
		},
	}
	at := func(day int) time.Time { return time.Unix(int64(day)*86400+36_000, 0) }
	// days after the assignment on which the order and its return lie, and what it is then
	kinds := []struct {
		bought, returned int
		converts         bool
	}{{1, 10, false}, {1, 11, true}, {10, 10, false}, {10, 11, true}, {-3, 5, false}, {2, 25, true}}
	converted := map[experiment.Arm]int64{}
	for i := range 600 {
		id, kind, from := time.Unix(int64(i), 0).UTC().Format("c0405"), kinds[i%len(kinds)], started+i%2*7
		arm := s.terms.Design.Arm(id)
		s.people = append(s.people, assigned{id, arm, 0, from})
		s.orders = append(s.orders, rawPurchase{id, at(from - 40), 500, id + " first"},
			rawPurchase{id, at(from + kind.bought), 1000, id}, rawPurchase{id, at(from + kind.returned), -1000, id})
		if kind.converts {
			converted[arm]++
		}
	}
	for day := started - 50; day <= s.asOf; day++ {
		s.orders = append(s.orders, rawPurchase{"everyday", at(day), 100, ""})
	}
	measured := measureShop(t, s.write(t), "spring")
	s.agree(t, measured)
	compared := 0
	for _, figure := range measured.Document.Figures {
		if figure.Metric != "converted" || figure.Versus != "" {
			continue
		}
		compared++
		if want := float64(converted[experiment.Arm(figure.Arm)]); *figure.Value != want {
			t.Errorf("%s: %g conversions, want %g", figure.Arm, *figure.Value, want)
		}
	}
	if compared != 2 {
		t.Errorf("%d arms, want 2", compared)
	}
}
