package run

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/focus"
	"cbv/valuation/simulation"
)

// seen is a customer as the oracle of new customers sees them: their purchase days in
// order, and the net of the first in minor units.
type seen struct {
	purchases []int
	firstNet  int64
}

// firstSeen returns every customer with a purchase among raw rows.
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
	if got := result.Figures.Base[metric].Value; got == nil || !(math.Abs(*got-want) <= tolerance) {
		t.Errorf("%s is %s, want %.6g", metric, shown(got), want)
	}
}

// First orders are sold at 5 % of margin and all others at 45 %: what a first order
// brings is its own margin, not the average share of what it is sold for, and what
// is still to come is of the others.
func TestFirstOrdersOfAnotherMargin(t *testing.T) {
	t.Parallel()
	options := simulation.Default()
	options.Customers, options.Returns, options.Seed = 5000, 0.1, 12
	c, _ := simulated(t, options)
	raw := readOrders(t, c)
	customers := firstSeen(t, raw)
	first, later := "first", "later"
	var sum, firstRevenue, repeatRevenue, repeatMargin int64
	byMonth, acquired := map[int]int64{}, map[int]int64{}
	for i := range raw {
		row, _ := usable(raw[i])
		day := customers[row.customer].purchases[0]
		raw[i].OrderID = &later
		if row.day != day {
			if slices.Contains(customers[row.customer].purchases, row.day) {
				repeatRevenue += row.minor
				repeatMargin += percentOf(row.minor, 45)
			}
			continue
		}
		raw[i].OrderID = &first
		firstRevenue += row.minor
		margin := percentOf(row.minor, 5)
		sum += margin
		byMonth[monthOf(day)] += margin
	}
	for _, s := range customers {
		acquired[monthOf(s.purchases[0])]++
	}
	c.Orders.Files = config.Files{writeOrders(t, raw)}
	c.Value.MarginRate, c.Orders.Columns.Margin = nil, "case when order_id = 'first' then amount * 0.05 else amount * 0.45 end"
	result := runBatch(t, c)

	kpi := func(name string) float64 { return *result.Figures.Base[name].Value }
	n, kept := float64(len(customers)), 1-kpi("later_return_share")
	each := float64(sum) / 100 / n * kept
	t.Logf("a first order brings %.2f, the average share of it %.2f", each, kpi("margin_share")*kept*meanFirst(customers))
	near(t, result, "first_order_margin", each, 0.0051)
	near(t, result, "cac_of_first_order", each, 0.0051)
	near(t, result, "newcomer_value", kpi("first_order_margin")+kpi("newcomer_clv"), 0.0151) // all three are rounded
	near(t, result, "keep_floor", each*c.Value.MinKeepShare, 0.0051)
	// All purchases count with the revenue of 100 customers.
	revenue := float64(firstRevenue + repeatRevenue)
	prior := 100 * revenue / n
	near(t, result, "margin_share", (float64(repeatMargin)+float64(sum+repeatMargin)/revenue*prior)/(float64(repeatRevenue)+prior), 1e-9)
	if error := result.Manifest.Backtest.Margin.Error; !(math.Abs(*error) <= 0.1) {
		t.Errorf("the backtest is off by %.3f of the margin: the average share would have it a quarter too low", *error)
	}
	for _, row := range readTable[monthRow](t, result, "kpis") {
		if *row.Metric != "value_added_by_acquisition_before_cac" {
			continue
		}
		month := monthOf(int(*row.Month))
		want := float64(byMonth[month])/100*kept + float64(acquired[month])*kpi("newcomer_clv")
		if !(math.Abs(*row.Value-want) <= 0.005*(float64(acquired[month])+2)) { // newcomer_clv is rounded to the cent
			t.Errorf("%s of %s: %g, want %g", *row.Metric, dateText(int(*row.Month)), *row.Value, want)
		}
	}
}

// percentOf is a percentage of whole cents, halves away from zero.
func percentOf(minor, percent int64) int64 {
	share := (max(minor, -minor)*percent + 50) / 100
	if minor < 0 {
		return -share
	}
	return share
}

func meanFirst(customers map[string]*seen) float64 {
	var sum int64
	for _, s := range customers {
		sum += s.firstNet
	}
	return float64(sum) / 100 / float64(len(customers))
}

// midLife is a constant shop of three years and three months whose files begin on a
// later day: its old customers look like new ones, for a while.
func midLife(t *testing.T, from string) (config.Config, []rawOrder) {
	t.Helper()
	options := simulation.Default()
	options.Customers, options.Days, options.Start, options.Returns, options.Seed = 9000, 1187, parseDay(t, "2020-10-01").Time, 0, 21
	c, _ := simulated(t, options)
	all := readOrders(t, c)
	kept := slices.DeleteFunc(slices.Clone(all), func(raw rawOrder) bool { return *raw.At < int64(dayNumber(from))*86400e6 })
	c.Orders.Files, c.Time.AsOf = config.Files{writeOrders(t, kept)}, parseDay(t, "2023-12-31")
	return c, kept
}

// again counts the customers acquired from one day to another, and those of them
// whose second purchase was within a window that as_of completes.
func again(customers map[string]*seen, from, to, days, asOf int) window {
	var w window
	for _, customer := range customers {
		first := customer.purchases[0]
		if first < from || first > to || asOf-first < days {
			continue
		}
		w.customers++
		if len(customer.purchases) > 1 && customer.purchases[1]-first <= days {
			w.repeaters++
		}
	}
	return w
}

// Figures of new customers count those who are known to be new: the rates of
// customers first seen from fit_from on are those of a plain computation over them,
// and of earlier times nothing is said.
func TestNewCustomersAreThoseSinceFitFrom(t *testing.T) {
	t.Parallel()
	c, raw := midLife(t, "2021-10-01")
	c.Orders.FitFrom = parseDay(t, "2022-04-01")
	result := runBatch(t, c, "warnings", "repeat_windows", "repeat_curve")
	customers := firstSeen(t, raw)
	fitFrom, asOf := dayNumber("2022-04-01"), dayNumber("2023-12-31")
	for _, days := range []int{30, 90, 365} {
		want := again(customers, fitFrom, asOf, days, asOf)
		for _, metric := range []string{fmt.Sprintf("repeat_rate_%dd", days), fmt.Sprintf("sale_chance_newcomer_%dd", days)} {
			near(t, result, metric, float64(want.repeaters)/float64(want.customers), 0)
			if n := result.Figures.Base[metric].N; n != want.customers {
				t.Errorf("%s is of %d, want %d", metric, n, want.customers)
			}
		}
	}
	latest := again(customers, dayNumber("2022-10-03"), dayNumber("2023-10-02"), 90, asOf)
	near(t, result, "repeat_rate_90d_last_12m", float64(latest.repeaters)/float64(latest.customers), 0)
	for _, metric := range []string{"repeat_rate_90d_12m_before", "repeat_rate_90d_change", "shop_age_days"} {
		if value := result.Figures.Base[metric].Value; value != nil {
			t.Errorf("%s is %s, and old customers are in it", metric, shown(value))
		}
	}
	var lastYearMinor, newCustomers, repeated, lastYear int64
	var gaps []int
	for _, customer := range customers {
		if len(customer.purchases) > 1 {
			repeated++
		}
		first := customer.purchases[0]
		if first >= dayNumber("2023-01-01") {
			lastYear++
			lastYearMinor += customer.firstNet
		}
		if first < fitFrom {
			continue
		}
		newCustomers++
		if len(customer.purchases) > 1 {
			gaps = append(gaps, customer.purchases[1]-first)
		}
	}
	slices.Sort(gaps)
	near(t, result, "first_order_margin", *c.Value.MarginRate*float64(lastYearMinor)/100/float64(lastYear), 0.0051)
	near(t, result, "median_days_to_second_purchase", float64(gaps[(len(gaps)-1)/2]), 0)
	if n := result.Figures.Base["first_order_margin"].N; n != lastYear {
		t.Errorf("first_order_margin is of %d, want %d", n, lastYear)
	}
	// customers who purchased twice count whenever they were acquired
	near(t, result, "repeat_rate", float64(repeated)/float64(len(customers)), 0)
	near(t, result, "new_customers_12m", float64(lastYear), 0)
	near(t, result, "base_growth_12m", float64(lastYear)/float64(int64(len(customers))-lastYear), 0)
	compareNewCustomerTables(t, result, customers, fitFrom, asOf, newCustomers)
}

// compareNewCustomerTables holds the tables of repeat purchases, and returning shares, to
// the customers acquired from a day on, of whom there are so many.
func compareNewCustomerTables(t *testing.T, result Result, customers map[string]*seen, fitFrom, asOf int, newCustomers int64) {
	t.Helper()
	for _, g := range readTable[windowRow](t, result, "repeat_windows") {
		switch from := monthFrom(g.Cohort); {
		case *g.Scope == "all":
			if want := again(customers, fitFrom, asOf, int(*g.Days), asOf); *g.Customers != want.customers || *g.Repeaters != want.repeaters {
				t.Errorf("%d days: %d of %d, want %d of %d", *g.Days, *g.Repeaters, *g.Customers, want.repeaters, want.customers)
			}
		case *g.Scope == "cohort" && from < fitFrom && (*g.Customers != 0 || g.Rate != nil):
			t.Errorf("cohort %s has no new customers, and counts %d of %d", dateText(from), *g.Repeaters, *g.Customers)
		}
	}
	for _, g := range readTable[struct {
		Scope  *string `parquet:"scope"`
		Cohort *int32  `parquet:"cohort_month,date"`
		Day    *int64  `parquet:"day"`
		AtRisk *int64  `parquet:"at_risk"`
	}](t, result, "repeat_curve") {
		switch {
		case *g.Scope == "cohort" && monthFrom(g.Cohort) < fitFrom:
			t.Errorf("cohort %s has a curve, and no new customers", dateText(monthFrom(g.Cohort)))
		case *g.Scope == "all" && *g.Day == 0 && *g.AtRisk != newCustomers:
			t.Errorf("the curve begins with %d customers, want %d", *g.AtRisk, newCustomers)
		}
	}
	for _, row := range readTable[monthRow](t, result, "kpis") {
		if *row.Metric == "returning_share_of_buyers" && (row.Value == nil) != (int(*row.Month) < fitFrom) {
			t.Errorf("%s of %s: %s", *row.Metric, dateText(int(*row.Month)), shown(row.Value))
		}
	}
}

// monthFrom is the first day of a cohort, beyond all days where there is none.
func monthFrom(cohort *int32) int {
	if cohort == nil {
		return math.MaxInt
	}
	return int(*cohort)
}

// Months and years that begin before fit_from are not counted in part.
func TestNoNewCustomersOfAYearThatFitFromDivides(t *testing.T) {
	t.Parallel()
	c, raw := midLife(t, "2022-09-01")
	c.Orders.FitFrom = parseDay(t, "2023-03-02") // divides a month, too
	result := runBatch(t, c)
	for _, metric := range []string{"new_customers_12m", "base_growth_12m", "shop_age_days", "repeat_rate_90d_last_12m", "repeat_rate_90d_change"} {
		if value := result.Figures.Base[metric].Value; value != nil {
			t.Errorf("%s is %s, and old customers are in it", metric, shown(value))
		}
	}
	before, since := 0, 0.0
	for _, customer := range firstSeen(t, raw) {
		if customer.purchases[0] >= dayNumber("2023-03-02") {
			since++
		}
		if customer.purchases[0] < dayNumber("2023-01-01") {
			before++
		}
	}
	near(t, result, "customers_12m_ago", float64(before), 0) // customers they were, old or new
	near(t, result, "newcomers", since, 0)                   // the period begins with fit_from
	months := 0
	for _, row := range readTable[monthRow](t, result, "kpis") {
		if *row.Metric != "value_added_by_acquisition_before_cac" {
			continue
		}
		months++
		if (row.Value == nil) != (int(*row.Month) < dayNumber("2023-04-01")) {
			t.Errorf("%s of %s: %s", *row.Metric, dateText(int(*row.Month)), shown(row.Value))
		}
	}
	if months != 12 {
		t.Errorf("%d months", months)
	}
	for _, finding := range result.Manifest.Focus.Findings {
		if strings.HasPrefix(finding.Rule, "age of the shop") && finding.Lean != focus.Unknown {
			t.Errorf("%+v: 486 days are what the files hold, not an age", finding)
		}
	}
}

// A day before all orders says that everybody is new.
func TestFitFromBeforeTheFiles(t *testing.T) {
	t.Parallel()
	c := smallShopWith(t, nil, nil)
	bare := withoutSpend(t)
	c.Orders.FitFrom = parseDay(t, "2020-01-01")
	result := runBatch(t, c, "warnings")
	for metric, want := range bare.Figures.Base {
		if got := result.Figures.Base[metric]; shown(got.Value) != shown(want.Value) || got.N != want.N {
			t.Errorf("%s is %s of %d, want %s of %d", metric, shown(got.Value), got.N, shown(want.Value), want.N)
		}
	}
}
