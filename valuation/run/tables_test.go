package run

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/parquetfile"
	"cbv/valuation/simulation"
)

func readTable[Row any](t *testing.T, result Result, name string) []Row {
	t.Helper()
	rows, err := parquetfile.Read[Row](filepath.Join(result.Folder, name+".parquet"))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) == 0 {
		t.Fatalf("%s has no row", name)
	}
	return rows
}

// compareTables holds the tables of the base to the oracle, row by row.
func compareTables(t *testing.T, c config.Config, result Result, rows []tableRow) {
	t.Helper()
	asOf := int(c.Time.AsOf.Unix() / 86400)
	base := people(rows, asOf, c.Orders.ZeroIsPurchase)
	hasChannel := c.Orders.Columns.Channel != ""
	compareCohorts(t, c, result, oracleCohorts(base, asOf))
	compareWindows(t, result, oracleWindows(base, asOf, hasChannel))
	compareCurve(t, result, oracleCurve(base, asOf, hasChannel))
	compareReturning(t, result, oracleReturning(base, asOf))
	compareConcentration(t, result, oracleConcentration(base))
	compareLenses(t, c, result, rows)
	customers, firstDay := lensAudit(rows, asOf, c.Orders.ZeroIsPurchase)
	compareSteps(t, result, customers, asOf)
	compareKept(t, result, customers, firstDay, asOf)
	compareOrderValues(t, result, customers, asOf)
	compareMarginCurve(t, c, result, base, asOf)
}

type cohortRow struct {
	Cohort            *int32   `parquet:"cohort_month,date"`
	Age               *int64   `parquet:"age_months"`
	Customers         *int64   `parquet:"customers"`
	Active            *int64   `parquet:"active_customers"`
	Purchases         *int64   `parquet:"purchases"`
	Revenue           *float64 `parquet:"revenue"`
	Margin            *float64 `parquet:"margin"`
	CumulativeRevenue *float64 `parquet:"cumulative_revenue_per_customer"`
	CumulativeMargin  *float64 `parquet:"cumulative_margin_per_customer"`
}

func compareCohorts(t *testing.T, c config.Config, result Result, want map[cellKey]*cell) {
	t.Helper()
	got := readTable[cohortRow](t, result, "cohorts")
	if len(got) != len(want) {
		t.Errorf("%d cells, want %d", len(got), len(want))
	}
	// to the minor unit, which the file rounds to
	money := func(value *float64, minor float64) bool {
		return value != nil && math.Abs(*value*100-minor) <= 0.5+1e-6
	}
	seen := map[cellKey]bool{}
	for _, g := range got {
		key := cellKey{monthOf(int(*g.Cohort)), int(*g.Age)}
		name := fmt.Sprintf("cohort %s at %d months", dateText(int(*g.Cohort)), *g.Age)
		w := want[key]
		if w == nil || seen[key] || firstDayOf(key.cohort) != int(*g.Cohort) {
			t.Fatalf("%s should not be there, or not twice", name)
		}
		seen[key] = true
		if *g.Customers != w.customers {
			t.Errorf("%s: %d customers, want %d", name, *g.Customers, w.customers)
		}
		if !w.over {
			if g.Active != nil || g.Purchases != nil || g.Revenue != nil || g.Margin != nil || g.CumulativeRevenue != nil || g.CumulativeMargin != nil {
				t.Errorf("%s is not over and has measures", name)
			}
			continue
		}
		n := float64(w.customers)
		if g.Active == nil || *g.Active != w.active || g.Purchases == nil || *g.Purchases != w.purchases ||
			!money(g.Revenue, float64(w.revenue)) || !money(g.CumulativeRevenue, float64(w.soFar.revenue)/n) {
			t.Errorf("%s: %+v, want %+v", name, g, *w)
		}
		margin, marginSoFar := float64(w.margin), float64(w.soFar.margin)
		if rate := c.Value.MarginRate; rate != nil {
			margin, marginSoFar = *rate*float64(w.revenue), *rate*float64(w.soFar.revenue)
		} else if c.Orders.Columns.Margin == "" {
			if g.Margin != nil || g.CumulativeMargin != nil {
				t.Errorf("%s has a margin, and none is configured", name)
			}
			continue
		}
		if !money(g.Margin, margin) || !money(g.CumulativeMargin, marginSoFar/n) {
			t.Errorf("%s: margin %v, %v, want %g, %g", name, *g.Margin, *g.CumulativeMargin, margin/100, marginSoFar/n/100)
		}
	}
}

type windowRow struct {
	Scope     *string  `parquet:"scope"`
	Cohort    *int32   `parquet:"cohort_month,date"`
	Channel   *string  `parquet:"channel"`
	Days      *int64   `parquet:"window_days"`
	Customers *int64   `parquet:"customers"`
	Repeaters *int64   `parquet:"repeaters"`
	Rate      *float64 `parquet:"rate"`
	Low       *float64 `parquet:"low"`
	High      *float64 `parquet:"high"`
}

func scopeOfRow(scope *string, cohort *int32, channel *string) string {
	var month *string
	if cohort != nil {
		text := dateText(int(*cohort))
		month = &text
	}
	return scopeText(*scope, month, channel)
}

func compareWindows(t *testing.T, result Result, want map[string]*window) {
	t.Helper()
	got := readTable[windowRow](t, result, "repeat_windows")
	if len(got) != len(want) {
		t.Errorf("%d windows, want %d", len(got), len(want))
	}
	for _, g := range got {
		name := fmt.Sprintf("%s %d", scopeOfRow(g.Scope, g.Cohort, g.Channel), *g.Days)
		w := want[name]
		if w == nil {
			t.Fatalf("window %s should not be there, or not twice", name)
		}
		delete(want, name)
		if *g.Customers != w.customers || *g.Repeaters != w.repeaters {
			t.Errorf("%s: %d of %d, want %d of %d", name, *g.Repeaters, *g.Customers, w.repeaters, w.customers)
		}
		if *g.Scope == "all" {
			kpi := result.Figures.Base[fmt.Sprintf("repeat_rate_%dd", *g.Days)]
			if (kpi.Value == nil) != (g.Rate == nil) || kpi.Value != nil && *kpi.Value != *g.Rate || kpi.N != *g.Customers {
				t.Errorf("%s: kpis say %v of %d", name, kpi.Value, kpi.N)
			}
		}
		if w.customers == 0 {
			if g.Rate != nil || g.Low != nil || g.High != nil {
				t.Errorf("%s has a rate of nobody", name)
			}
			continue
		}
		n, rate := float64(w.customers), float64(w.repeaters)/float64(w.customers)
		if *g.Rate != rate {
			t.Errorf("%s: rate %g, want %g", name, *g.Rate, rate)
		}
		// Wilson's bounds are where the rate lies z standard errors of the bound
		// away.
		for _, bound := range []float64{*g.Low, *g.High} {
			if away := math.Abs(rate-bound) - 1.959963984540054*math.Sqrt(math.Max(0, bound*(1-bound))/n); !(math.Abs(away) <= 1e-7) {
				t.Errorf("%s: bound %g of rate %g of %g", name, bound, rate, n)
			}
		}
		if *g.Low > rate || *g.High < rate {
			t.Errorf("%s: rate %g outside %g to %g", name, rate, *g.Low, *g.High)
		}
	}
}

func compareCurve(t *testing.T, result Result, want map[string]curvePoint) {
	t.Helper()
	got := readTable[struct {
		Scope       *string  `parquet:"scope"`
		Cohort      *int32   `parquet:"cohort_month,date"`
		Channel     *string  `parquet:"channel"`
		Day         *int64   `parquet:"day"`
		AtRisk      *int64   `parquet:"at_risk"`
		Events      *int64   `parquet:"events"`
		Probability *float64 `parquet:"repeat_probability"`
		Low         *float64 `parquet:"low"`
		High        *float64 `parquet:"high"`
	}](t, result, "repeat_curve")
	if len(got) != len(want) {
		t.Errorf("%d points, want %d", len(got), len(want))
	}
	near := func(value *float64, want float64) bool {
		if value == nil || math.IsNaN(want) {
			return value == nil && math.IsNaN(want)
		}
		return math.Abs(*value-want) <= 1e-10
	}
	for _, g := range got {
		name := fmt.Sprintf("%s %d", scopeOfRow(g.Scope, g.Cohort, g.Channel), *g.Day)
		w, ok := want[name]
		if !ok {
			t.Fatalf("point %s should not be there, or not twice", name)
		}
		delete(want, name)
		if *g.AtRisk != w.atRisk || *g.Events != w.events || !near(g.Probability, w.probability) || !near(g.Low, w.low) || !near(g.High, w.high) {
			t.Errorf("%s: %d of %d, %v, want %+v", name, *g.Events, *g.AtRisk, *g.Probability, w)
		}
	}
}

func compareReturning(t *testing.T, result Result, want map[string]*share) {
	t.Helper()
	for _, g := range readTable[struct {
		Metric  *string  `parquet:"metric"`
		Month   *int32   `parquet:"month,date"`
		Channel *string  `parquet:"channel"`
		Value   *float64 `parquet:"value"`
		Unit    *string  `parquet:"unit"`
		N       *int64   `parquet:"n"`
	}](t, result, "kpis") {
		if g.Month == nil {
			if strings.HasPrefix(*g.Metric, "returning") || g.Channel != nil {
				t.Errorf("%s of no month", *g.Metric)
			}
			continue
		}
		if !strings.HasPrefix(*g.Metric, "returning") {
			continue
		}
		name := fmt.Sprintf("%s %s %s", *g.Metric, dateText(int(*g.Month)), orNull(g.Channel))
		w := want[name]
		if w == nil {
			t.Fatalf("%s should not be there, or not twice", name)
		}
		delete(want, name)
		if *g.N != w.buyers || *g.Unit != "share" {
			t.Errorf("%s: n %d (%s), want %d", name, *g.N, *g.Unit, w.buyers)
		}
		if w.whole <= 0 {
			if g.Value != nil {
				t.Errorf("%s: %g of nothing", name, *g.Value)
			}
		} else if g.Value == nil || *g.Value != float64(w.part)/float64(w.whole) {
			t.Errorf("%s: want %d of %d", name, w.part, w.whole)
		}
	}
	for name := range want {
		t.Errorf("%s is missing", name)
	}
}

func compareConcentration(t *testing.T, result Result, want map[string][2]float64) {
	t.Helper()
	got := readTable[struct {
		Metric *string  `parquet:"metric"`
		Value  *float64 `parquet:"value"`
		N      *int64   `parquet:"n"`
		Unit   *string  `parquet:"unit"`
	}](t, result, "concentration")
	if len(got) != len(want) {
		t.Errorf("%d metrics, want %d", len(got), len(want))
	}
	for _, g := range got {
		w, ok := want[*g.Metric]
		if !ok || !(math.Abs(*g.Value-w[0]) <= 1e-10) || float64(*g.N) != w[1] {
			t.Errorf("%s: %g of %d, want %g of %g", *g.Metric, *g.Value, *g.N, w[0], w[1])
		}
	}
}

func TestTablesOfCDNOWEqualAPlainComputation(t *testing.T) {
	t.Parallel()
	read, err := parquetfile.Read[struct {
		Customer *string `parquet:"customer_id"`
		Day      *int32  `parquet:"date,date"`
		Amount   *int64  `parquet:"amount,decimal(2:10)"`
	}](sharedData(t, "cdnow_master.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []tableRow
	for _, row := range read {
		rows = append(rows, tableRow{orderRow: orderRow{*row.Customer, int(*row.Day), *row.Amount}})
	}
	for _, asOf := range []string{"1997-09-30", "1998-06-15"} {
		for _, zero := range []bool{true, false} {
			if testing.Short() && zero && asOf == "1998-06-15" {
				continue // of the other day there are both
			}
			t.Run(fmt.Sprintf("%s zeros %t", asOf, zero), func(t *testing.T) {
				compareTables(t, cdnow(t, "cdnow_master.parquet", asOf, zero), runCDNOW(t, "cdnow_master.parquet", asOf, zero), rows)
			})
		}
	}
}

func TestTablesOfASimulationEqualAPlainComputation(t *testing.T) {
	t.Parallel()
	options := simulation.Default()
	options.Customers, options.Returns, options.Dirty = 4000, 0.3, 0.05
	c, _ := simulated(t, options)
	var rows []tableRow
	for _, raw := range readOrders(t, c) {
		row, ok := usable(raw)
		if !ok {
			continue
		}
		known := raw.Channel
		if known != nil && *known == "email" {
			known = nil
		}
		rows = append(rows, tableRow{row, int64(math.Round(*raw.Amount * 0.4 * 100)), *raw.At, *raw.OrderID, known})
	}
	withoutChannel := slices.Clone(rows)
	for i := range withoutChannel {
		withoutChannel[i].channel = nil
	}
	marginsOf := map[string][]string{"2022-01-31": {"rate"}, "2023-02-14": {"", "column"}, "2023-11-30": {"rate", "column"}}
	if testing.Short() { // each day and each margin once
		marginsOf = map[string][]string{"2022-01-31": {"rate"}, "2023-02-14": {""}, "2023-11-30": {"column"}}
	}
	for asOf, margins := range marginsOf {
		for _, margin := range margins {
			t.Run(asOf+" margin "+margin, func(t *testing.T) {
				c := c
				c.Out, c.Time.AsOf, c.Value.MarginRate = filepath.Join(t.TempDir(), "out"), parseDay(t, asOf), nil
				c.Orders.Columns.Channel = "case when channel <> 'email' then channel end" // some are unknown
				switch margin {
				case "rate":
					rate := 0.37
					c.Value.MarginRate = &rate
				case "column":
					c.Orders.Columns.Margin = "amount * 0.4"
				default:
					c.Orders.Columns.Channel = ""
					compareTables(t, c, runBatch(t, c), withoutChannel)
					return
				}
				compareTables(t, c, runBatch(t, c), rows)
			})
		}
	}
}
