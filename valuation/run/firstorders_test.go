package run

import (
	"context"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/config"
	"cbv/valuation/parquetfile"
	"cbv/valuation/pipeline"
	"cbv/valuation/schema"
	"cbv/valuation/scoring"
	"cbv/valuation/stat"
)

// Every figure of first_orders, of a channel, of an attribute with one value and of one
// with several, against one worked out from the raw rows.
func TestFirstOrdersAgreeWithTheRows(t *testing.T) {
	t.Parallel()
	rows, asOf := startedOrders()
	c := config.Default()
	c.Out = filepath.Join(t.TempDir(), "out")
	c.Orders.Files = config.Files{writeRows(t, "orders.parquet", rows)}
	c.Orders.Columns.OrderID, c.Orders.Columns.Channel = "order_id", "channel"
	c.Orders.Attributes = config.Attributes{
		{Name: "latest", Text: "category"}, {Name: "kind", Text: "category", IsFirst: true}, {Name: "product", Text: "product", IsFirst: true, IsMany: true},
	}
	rate := startedRate
	c.Value.MarginRate = &rate
	c.Time.AsOf = &config.Day{Time: time.Unix(int64(asOf)*86400, 0).UTC()}
	c.Lists.Include = nil
	result := runBatch(t, c)
	tablesAreAsDescribed(t, result.Folder, schema.WithAttributes(c.Orders.Attributes.Columns()))

	o := newStartedOracle(t, rows, asOf, result)
	got, err := parquetfile.Read[firstOrderRow](filepath.Join(result.Folder, "first_orders.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	month := func(c *startedCustomer) string { return c.month() }
	cell := func(c *startedCustomer) string { return c.month() + c.channel }
	want := map[string]startedValue{}
	for _, attribute := range []struct {
		name     string
		overlaps bool
		of       func(*startedCustomer) []string
		cell     func(*startedCustomer) string
	}{
		{"channel", false, func(c *startedCustomer) []string { return []string{c.channel} }, month},
		{"kind", false, func(c *startedCustomer) []string { return c.categories }, cell},
		{"product", true, func(c *startedCustomer) []string { return c.products }, cell},
	} {
		values := o.values(attribute.of)
		repeats, margins := map[string]*startedTest{}, map[string]*startedTest{}
		for value, is := range values {
			repeats[value], margins[value] = o.oneOf(is, attribute.cell, repeatsAt), o.oneOf(is, attribute.cell, moneyAt)
			want[attribute.name+" "+value] = startedValue{is, attribute.overlaps, attribute.cell, repeats[value], margins[value]}
		}
		shrink(repeats)
		shrink(margins)
	}
	discover(want)
	if len(got) != len(want) {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
	verdicts := map[string]int{}
	for _, row := range got {
		w, ok := want[row.Attribute+" "+row.Value]
		if !ok {
			t.Errorf("%s %s is none", row.Attribute, row.Value)
			continue
		}
		o.check(t, row, w)
		verdicts[row.RepeatVerdict]++
		verdicts[row.MarginVerdict]++
	}
	if verdicts["as_others"] == 0 || verdicts["not_separable"] == 0 || verdicts["better"] == 0 {
		t.Errorf("verdicts %v do not take every branch", verdicts)
	}
	o.checkCustomers(t, result)
	warned := slices.ContainsFunc(result.Manifest.Warnings, func(w pipeline.Warning) bool { return strings.Contains(w.Message, `kind "Tea" and "tea"`) })
	if !warned {
		t.Errorf("no warning of Tea and tea: %v", result.Manifest.Warnings)
	}
}

// startedValue is a value as the oracle sees it.
type startedValue struct {
	is              holds
	overlaps        bool
	cell            func(*startedCustomer) string
	repeats, margin *startedTest
}

func newStartedOracle(t *testing.T, rows []startedOrder, asOf int, result Result) *startedOracle {
	t.Helper()
	o := &startedOracle{customers: startedCustomers(rows, asOf), delta: btyd.Discounting(0.1, 365)}
	run, err := scoring.OpenModel(context.Background(), result.Folder)
	if err != nil {
		t.Fatal(err)
	}
	model := run.Purchases()
	for age := range startedDays {
		purchases, plain := 0.0, 0.0
		if age > 0 {
			purchases = model.PAlive(btyd.History{}) * model.Future(0, 0).Discounted(float64(age), o.delta)
			plain = model.PAlive(btyd.History{}) * model.Future(0, 0).Discounted(float64(age), 0)
		}
		o.curve, o.plain = append(o.curve, purchases), append(o.plain, plain)
	}
	o.season = o.seasonOf(asOf)
	valued, err := parquetfile.Read[customerValue](filepath.Join(result.Folder, "customers.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	if len(valued) != len(o.customers) {
		t.Fatalf("%d customers, want %d", len(valued), len(o.customers))
	}
	for i, v := range valued { // both are sorted by customer
		if *v.CustomerID != *o.customers[i].customer.CustomerID {
			t.Fatalf("customer %s, want %s", *v.CustomerID, *o.customers[i].customer.CustomerID)
		}
		o.customers[i].customer = v
	}
	return o
}

// shrink gives each value the ratio that is ranked by: towards 1 by the share of chance in
// the spread of its attribute's ratios.
func shrink(tests map[string]*startedTest) {
	excess, weights := 0.0, 0.0
	for _, value := range slices.Sorted(maps.Keys(tests)) {
		if test := tests[value]; test.relative > 0 {
			excess += (test.ratio-1)*(test.ratio-1)/test.relative - 1
			weights += 1 / test.relative
		}
	}
	spread := math.Max(0, excess/weights)
	for _, test := range tests {
		test.shrunken = 1 + (test.ratio-1)*spread/(spread+test.relative)
	}
}

// discover gives the verdicts: of m tests, the k with the smallest p-values for the largest
// k whose last is at most .05 k/m.
func discover(values map[string]startedValue) {
	var tests []*startedTest
	for _, value := range values {
		for _, test := range []*startedTest{value.repeats, value.margin} {
			if test.isTested {
				test.verdict = "as_others"
				tests = append(tests, test)
			}
		}
	}
	limit := 0.0
	for _, test := range tests {
		rank := 0
		for _, other := range tests {
			if other.p <= test.p {
				rank++
			}
		}
		if test.p <= 0.05*float64(rank)/float64(len(tests)) {
			limit = math.Max(limit, test.p)
		}
	}
	for _, test := range tests {
		switch {
		case test.p > limit:
		case test.ratio > 1:
			test.verdict = "better"
		default:
			test.verdict = "worse"
		}
	}
}

// check holds a row to the customers of its value.
func (o *startedOracle) check(t *testing.T, row firstOrderRow, w startedValue) {
	t.Helper()
	name := row.Attribute + " " + row.Value
	same := func(what string, got *float64, want, tolerance float64) {
		t.Helper()
		switch {
		case got == nil && math.IsNaN(want):
		case got == nil || !(math.Abs(*got-want) <= tolerance):
			t.Errorf("%s: %s is %s, want %g", name, what, shownFloat(got), want)
		}
	}
	const cent = 0.0055 // one figure is rounded
	var in []*startedCustomer
	for _, c := range o.customers {
		if w.is(c) {
			in = append(in, c)
		}
	}
	n := float64(len(in))
	if row.Customers != int64(len(in)) || row.Overlaps != w.overlaps {
		t.Errorf("%s: %d customers, overlapping %t, want %d", name, row.Customers, row.Overlaps, len(in))
	}
	same("share", row.Share, n/float64(len(o.customers)), 1e-12)
	mean := func(of func(*startedCustomer) float64) float64 {
		total := 0.0
		for _, c := range in {
			total += of(c)
		}
		return total / n
	}
	rounded := func(minor int64) float64 { return math.Round(startedRate*float64(minor)) / 100 }
	same("first_order_value", row.FirstValue, mean(func(c *startedCustomer) float64 { return float64(c.firstMinor) / 100 }), cent)
	same("first_order_margin", row.FirstMargin, mean(func(c *startedCustomer) float64 { return rounded(c.firstLeft) }), cent)
	for _, window := range []struct {
		days            int
		customers       int64
		rate, low, high *float64
		margin          *float64
		hasMargin       bool
	}{
		{30, row.Customers30, row.Rate30, row.Rate30Low, row.Rate30High, nil, false},
		{60, row.Customers60, row.Rate60, row.Rate60Low, row.Rate60High, nil, false},
		{90, row.Customers90, row.Rate90, row.Rate90Low, row.Rate90High, row.Margin90, true},
		{180, row.Customers180, row.Rate180, row.Rate180Low, row.Rate180High, row.Margin180, true},
		{365, row.Customers365, row.Rate365, row.Rate365Low, row.Rate365High, row.Margin365, true},
	} {
		old, again, brought := int64(0), int64(0), 0.0
		for _, c := range in {
			if c.age < window.days {
				continue
			}
			old++
			if c.second > 0 && c.second <= window.days {
				again++
			}
			brought += rounded(c.movedBy(window.days))
		}
		if window.customers != old {
			t.Errorf("%s: %d customers of %d days, want %d", name, window.customers, window.days, old)
		}
		rate, low, high := math.NaN(), math.NaN(), math.NaN()
		if old > 0 {
			rate = float64(again) / float64(old)
			low, high = stat.Wilson(again, old)
		}
		same(fmt.Sprintf("repeat_rate_%d", window.days), window.rate, rate, 1e-12)
		same(fmt.Sprintf("repeat_rate_%d_low", window.days), window.low, low, 1e-12)
		same(fmt.Sprintf("repeat_rate_%d_high", window.days), window.high, high, 1e-12)
		if window.hasMargin {
			same(fmt.Sprintf("margin_%d", window.days), window.margin, brought/float64(old), cent)
		}
		if window.days == 365 {
			same("allowable_cac_1y", row.CACYear, brought/float64(old), cent)
		}
	}
	o.checkMedian(t, name, row, in)
	o.checkValues(t, row, in, same, mean)
	checkComparison(t, row, w, o, same)
}

// movedBy is what moved up to an age.
func (c *startedCustomer) movedBy(age int) int64 {
	total := int64(0)
	for at, minor := range c.moved {
		if at <= age {
			total += minor
		}
	}
	return total
}

// checkMedian holds the median to the product over days of the share who waited on.
func (o *startedOracle) checkMedian(t *testing.T, name string, row firstOrderRow, in []*startedCustomer) {
	t.Helper()
	waiting, want := 1.0, int64(-1)
	for day := 1; day < startedDays && want < 0; day++ {
		atRisk, events := 0.0, 0.0
		for _, c := range in {
			if c.age >= day && (c.second == 0 || c.second >= day) {
				atRisk++
			}
			if c.second == day {
				events++
			}
		}
		if events > 0 {
			waiting *= 1 - events/atRisk
		}
		if waiting <= 0.5+1e-9 {
			want = int64(day)
		}
	}
	if want < 0 && row.Median != nil || want > 0 && (row.Median == nil || *row.Median != want) {
		t.Errorf("%s: median %v, want %d", name, row.Median, want)
	}
}

// checkValues holds what customers are worth to customers.parquet, and what a new one is to
// the model and the rows.
func (o *startedOracle) checkValues(t *testing.T, row firstOrderRow, in []*startedCustomer, same func(string, *float64, float64, float64), mean func(func(*startedCustomer) float64) float64) {
	t.Helper()
	const cent = 0.0055
	margin := func(of func(*startedCustomer) float64) float64 {
		m, squares := mean(of), 0.0
		for _, c := range in {
			squares += (of(c) - m) * (of(c) - m)
		}
		return stat.Z * math.Sqrt(squares/float64(len(in)-1)/float64(len(in)))
	}
	clv := func(c *startedCustomer) float64 { return *c.customer.CLV }
	lifetime := func(c *startedCustomer) float64 { return *c.customer.LifetimeValue }
	same("clv", row.CLV, mean(clv), cent)
	same("clv_low", row.CLVLow, mean(clv)-margin(clv), cent)
	same("clv_high", row.CLVHigh, mean(clv)+margin(clv), cent)
	same("lifetime_value", row.Lifetime, mean(lifetime), cent)
	same("lifetime_value_low", row.LifetimeLow, mean(lifetime)-margin(lifetime), cent)
	same("lifetime_value_high", row.LifetimeHigh, mean(lifetime)+margin(lifetime), cent)
	same("retain_share", row.Retain, mean(func(c *startedCustomer) float64 {
		if *c.customer.Mark == "retain" {
			return 1
		}
		return 0
	}), 1e-12)
	total := 0.0
	for _, c := range o.customers {
		total += clv(c)
	}
	same("share_of_clv", row.CLVShare, mean(clv)*float64(len(in))/total, 1e-9)

	first, repeats, expected := 0.0, 0.0, 0.0
	for _, c := range in {
		left := math.Round(startedRate * float64(c.firstLeft))
		first += left
		repeats -= left
		for age, minor := range c.moved {
			if age <= 365 {
				repeats += math.Round(startedRate * float64(minor) * math.Exp(-o.delta*float64(age)))
			}
		}
		expected += o.soFar(c.age)
	}
	n := float64(len(in))
	same("allowable_cac_target", row.CACTarget, (first+repeats/expected*n*o.curve[365])/n/100/3, cent)
}

// checkComparison holds a row to what others of the same month and channel did.
func checkComparison(t *testing.T, row firstOrderRow, w startedValue, o *startedOracle, same func(string, *float64, float64, float64)) {
	t.Helper()
	observed, expected, own, other, _, compared, others := o.expect(w.is, w.cell, repeatsAt)
	if row.Compared != int64(compared) || row.Others != int64(others) {
		t.Errorf("%s %s: %d compared with %d, want %d with %d", row.Attribute, row.Value, row.Compared, row.Others, compared, others)
	}
	if compared == 0 {
		if row.Repeats != nil || row.Expected != nil || row.RepeatMargin != nil || row.ExpectedMargin != nil {
			t.Errorf("%s %s: of nobody compared %v repeats, %v expected, %v and %v of margin", row.Attribute, row.Value, row.Repeats, row.Expected, row.RepeatMargin, row.ExpectedMargin)
		}
		return
	}
	if row.Repeats == nil || float64(*row.Repeats) != observed {
		t.Errorf("%s %s: %v repeats, want %g", row.Attribute, row.Value, row.Repeats, observed)
	}
	same("expected_repeats", row.Expected, expected, 1e-6)
	same("repeat_ratio", row.RepeatRatio, observed/expected, 1e-8)
	margin := math.Exp(stat.Z * math.Sqrt(own/observed/observed+other/expected/expected))
	same("repeat_ratio_low", row.RepeatRatioLow, observed/expected/margin, 1e-6)
	same("repeat_ratio_high", row.RepeatRatioHigh, observed/expected*margin, 1e-6*margin)
	same("repeat_ratio_shrunken", row.RepeatRatioShrunken, w.repeats.shrunken, 1e-6)

	observed, expected, own, other, _, _, _ = o.expect(w.is, w.cell, moneyAt)
	same("repeat_margin", row.RepeatMargin, startedRate*observed/100, 0.0051)
	same("expected_repeat_margin", row.ExpectedMargin, startedRate*expected/100, 0.0051)
	same("margin_ratio", row.MarginRatio, observed/expected, 1e-6)
	margin = math.Exp(stat.Z * math.Sqrt(own/observed/observed+other/expected/expected))
	same("margin_ratio_low", row.MarginRatioLow, observed/expected/margin, 1e-5)
	same("margin_ratio_high", row.MarginRatioHigh, observed/expected*margin, 1e-5*margin)
	same("margin_ratio_shrunken", row.MarginRatioShrunken, w.margin.shrunken, 1e-5)
	if row.RepeatVerdict != w.repeats.verdict || row.MarginVerdict != w.margin.verdict {
		t.Errorf("%s %s: %s and %s, want %s and %s", row.Attribute, row.Value, row.RepeatVerdict, row.MarginVerdict, w.repeats.verdict, w.margin.verdict)
	}
}

// checkCustomers holds the columns of customers.parquet to the rows.
func (o *startedOracle) checkCustomers(t *testing.T, result Result) {
	t.Helper()
	rows, err := parquetfile.Read[struct {
		Kind *string `parquet:"kind"`
	}](filepath.Join(result.Folder, "customers.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		want := o.customers[i].categories[0]
		if row.Kind == nil && want != "unknown" || row.Kind != nil && *row.Kind != want {
			t.Errorf("%s: kind %v, want %s", *o.customers[i].customer.CustomerID, row.Kind, want)
		}
	}
}
