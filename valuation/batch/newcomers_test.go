package batch

import (
	"math"
	"slices"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/simulation"
)

// seen is a customer as the oracle of newcomers sees them: their purchase days in
// order, and the net of the first in minor units.
type seen struct {
	purchases []int
	firstNet  int64
}

// firstSeen tells of every customer with a purchase among raw rows.
func firstSeen(t *testing.T, raw []rawOrder) map[string]*seen {
	t.Helper()
	nets := map[string]map[int]int64{}
	for _, r := range raw {
		row, ok := usable(r)
		if !ok {
			t.Fatal("a clean history has a bad row")
		}
		if nets[row.customer] == nil {
			nets[row.customer] = map[int]int64{}
		}
		nets[row.customer][row.day] += row.minor
	}
	customers := map[string]*seen{}
	for customer, days := range nets {
		s := &seen{}
		for day, net := range days {
			if net > 0 {
				s.purchases = append(s.purchases, day)
			}
		}
		slices.Sort(s.purchases)
		if len(s.purchases) > 0 {
			s.firstNet = days[s.purchases[0]]
			customers[customer] = s
		}
	}
	return customers
}

// near holds figures of a run to what the test computed.
func near(t *testing.T, result Result, metric string, want, tolerance float64) {
	t.Helper()
	if got := result.KPIs[metric].Value; got == nil || !(math.Abs(*got-want) <= tolerance) {
		t.Errorf("%s is %s, want %.6g", metric, shown(got), want)
	}
}

// First orders are sold at 5 % of margin and all others at 45 %: what a first order
// brings is its own margin, not the average share of what it is sold for.
func TestFirstOrdersOfAnotherMargin(t *testing.T) {
	options := simulation.Default()
	options.Customers, options.Returns, options.Seed = 5000, 0.1, 12
	c, _ := simulated(t, options)
	raw := readOrders(t, c)
	customers := firstSeen(t, raw)
	first, later := "first", "later"
	var sum int64
	byMonth, won := map[int]int64{}, map[int]int64{}
	for i := range raw {
		row, _ := usable(raw[i])
		day := customers[row.customer].purchases[0]
		raw[i].OrderID = &later
		if row.day != day {
			continue
		}
		raw[i].OrderID = &first
		// 5 % of whole cents, halves away from zero
		margin := (max(row.minor, -row.minor)*5 + 50) / 100
		if row.minor < 0 {
			margin = -margin
		}
		sum += margin
		byMonth[monthOf(day)] += margin
	}
	for _, s := range customers {
		won[monthOf(s.purchases[0])]++
	}
	c.Orders.Files = config.Files{writeOrders(t, raw)}
	c.Value.MarginRate, c.Orders.Columns.Margin = nil, "case when order_id = 'first' then amount * 0.05 else amount * 0.45 end"
	result := runBatch(t, c)

	kpi := func(name string) float64 { return *result.KPIs[name].Value }
	n, kept := float64(len(customers)), 1-kpi("later_return_share")
	each := float64(sum) / 100 / n * kept
	t.Logf("a first order brings %.2f, the average share of it %.2f", each, kpi("margin_share")*kept*meanFirst(customers))
	near(t, result, "first_order_margin", each, 0.0051)
	near(t, result, "cac_of_first_order", each, 0.0051)
	near(t, result, "newcomer_value", each+kpi("newcomer_clv"), 0.0102)
	near(t, result, "keep_floor", each*c.Value.MinKeepShare, 0.0051)
	for _, row := range readTable[monthRow](t, result, "kpis") {
		if *row.Metric != "value_added_by_acquisition_before_cac" {
			continue
		}
		month := monthOf(int(*row.Month))
		want := float64(byMonth[month])/100*kept + float64(won[month])*kpi("newcomer_clv")
		if !(math.Abs(*row.Value-want) <= 0.005*(float64(won[month])+2)) { // newcomer_clv is rounded to the cent
			t.Errorf("%s of %s: %g, want %g", *row.Metric, dateText(int(*row.Month)), *row.Value, want)
		}
	}
}

func meanFirst(customers map[string]*seen) float64 {
	var sum int64
	for _, s := range customers {
		sum += s.firstNet
	}
	return float64(sum) / 100 / float64(len(customers))
}
