package measurement

import (
	"maps"
	"slices"
	"testing"
	"time"

	"cbv/valuation/campaign"
	"cbv/valuation/experiment"
)

// worths returns what each day of a customer is worth as a purchase, as known on the
// last of the days, and whether it has a row of whose order nothing was returned.
func (s measuredShop) worths(customer string, last int) (worth map[int]int64, untouched map[int]bool) {
	worth, untouched = map[int]int64{}, map[int]bool{}
	orders := map[string][]rawPurchase{}
	for _, o := range s.orders {
		if o.customer != customer || s.localDay(o) > last {
			continue
		}
		if !s.byOrder || o.order == "" {
			worth[s.localDay(o)] += o.minor
			untouched[s.localDay(o)] = true
			continue
		}
		orders[o.order] = append(orders[o.order], o)
	}
	for _, rows := range orders {
		nets := map[int]int64{}
		for _, o := range rows {
			nets[s.localDay(o)] += o.minor
		}
		for day, minor := range worthsOfOrder(nets) {
			worth[day] += minor
			untouched[day] = untouched[day] || minor == nets[day]
		}
	}
	return worth, untouched
}

// worthsOfOrder takes the returns of an order from its latest days, given what each day
// nets. What is returned beyond what was bought stays on the last day of a return.
func worthsOfOrder(nets map[int]int64) map[int]int64 {
	days := slices.Sorted(maps.Keys(nets))
	left := maps.Clone(nets)
	var debt int64
	lastReturn, isBought := 0, false
	for i, day := range days {
		net := nets[day]
		if net > 0 {
			isBought = true
			paid := min(net, debt)
			debt, left[day] = debt-paid, net-paid
			continue
		}
		if net < 0 {
			lastReturn = day
		}
		left[day] = 0
		for j := i - 1; j >= 0 && net < 0; j-- {
			taken := min(left[days[j]], -net)
			left[days[j]], net = left[days[j]]-taken, net+taken
		}
		debt -= net
	}
	if !isBought {
		return nets
	}
	left[lastReturn] -= debt
	return left
}

// An order that comes back in full takes its conversion back where it does so by the
// end of the person's own window, and not after.
func TestReturnsAfterTheWindowTakeNoConversionBack(t *testing.T) {
	const started, window = 19_000, 10
	s := measuredShop{
		asOf: started + 30, zone: time.UTC, percentile: 100, byOrder: true,
		terms: campaign.Terms{
			Audience: "retain", Started: time.Unix(started*86400, 0).UTC().Format(time.DateOnly), WindowDays: window, Looks: 20, Covariate: byPriorSpend,
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
