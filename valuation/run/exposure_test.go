package run

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/config"
	"cbv/valuation/parquetfile"
	"cbv/valuation/scoring"
	"cbv/valuation/simulation"
	"cbv/valuation/stat"
)

// stakes are what a segment, a mark or the base stands to lose, in money, and how
// far cents may be off.
type stakes struct{ customers, loss, clv float64 }

// What dropout takes, who leaves, and the chances to sell are those of plain Go
// over the models of model.json.
func TestExposureAgreesWithTheModels(t *testing.T) {
	t.Parallel()
	valued := valuedShop(t, true)
	c, result := valued.Config, valued.Result
	run, err := scoring.OpenModel(context.Background(), result.Folder)
	if err != nil {
		t.Fatal(err)
	}
	rows := readTable[valuedRow](t, result, "customers")
	oracle := newValueOracle(t, c, result, run, rows)
	parts, sums := exposed(c, result, oracle, rows)
	kpi := func(name string) float64 {
		if result.Figures.Base[name].Value == nil {
			t.Fatalf("%s is not known", name)
		}
		return *result.Figures.Base[name].Value
	}
	holds := func(name string, want, tolerance float64) {
		t.Helper()
		if !(math.Abs(kpi(name)-want) <= tolerance) {
			t.Errorf("%s is %.9g, want %.9g", name, kpi(name), want)
		}
	}
	cents := func(s *stakes) float64 { return 0.006 * s.customers }
	base := parts["base"]
	holds("dropout_loss", base.loss, cents(base))
	holds("dropout_loss_share", base.loss/(base.loss+base.clv), 1e-3)
	holds("retain_dropout_loss", parts["mark retain"].loss, cents(parts["mark retain"]))
	holds("lookalike_dropout_loss", parts["mark acquisition_lookalike"].loss, cents(parts["mark acquisition_lookalike"]))
	holds("residual_customer_equity", kpi("clv"), 0)
	if clv, equity := result.Figures.Base["clv"], result.Figures.Base["residual_customer_equity"]; *clv.Low != *equity.Low || *clv.High != *equity.High {
		t.Errorf("residual_customer_equity from %g to %g", *equity.Low, *equity.High)
	}
	n := float64(len(rows))
	holds("expected_alive_customers", sums["alive"], 1e-4)
	for _, days := range []string{"30", "90", "365"} {
		holds("expected_churn_"+days+"d", sums["gone "+days]/sums["alive"], 1e-8)
		holds("sale_chance_all_"+days+"d", sums["all "+days]/n, seasonPrecision)
		holds("sale_chance_alive_"+days+"d", sums["all "+days]/sums["alive"], seasonPrecision)
		holds("sale_chance_repeat_"+days+"d", sums["repeat "+days]/sums["repeaters"], seasonPrecision)
		holds("sale_chance_newcomer_"+days+"d", kpi("repeat_rate_"+days+"d"), 0)
	}
	low, high := stat.Wilson(int64(sums["silent"]), int64(sums["repeaters"]))
	holds("silent_share_of_repeat_customers", sums["silent"]/sums["repeaters"], 0)
	if silent := result.Figures.Base["silent_share_of_repeat_customers"]; *silent.Low != low || *silent.High != high || silent.N != int64(sums["repeaters"]) {
		t.Errorf("silent_share_of_repeat_customers: %+v", silent)
	}
	compareTops(t, c, result, rows, parts)
}

// exposed adds up over the customers what the base, each segment and each mark stand
// to lose, and by name how many are alive, gone or silent, and will buy.
func exposed(c config.Config, result Result, oracle *valueOracle, rows []valuedRow) (parts map[string]*stakes, sums map[string]float64) {
	horizon, delta := float64(c.Value.HorizonDays), btyd.Discounting(c.Value.DiscountRate, 365)
	annuity := -math.Expm1(-delta*horizon) / delta
	share := *c.Value.MarginRate * (1 - *result.Figures.Base["later_return_share"].Value)

	parts, sums = map[string]*stakes{"base": {}}, map[string]float64{}
	for i, row := range rows {
		v := oracle.values[i]
		model := oracle.groups[v.group]
		h := btyd.History{Repeats: int(*row.Repeats), LastPurchase: float64(*row.Last), Age: float64(*row.Age)}
		future := model.Purchase.Model.Future(h.Repeats, h.Age)
		loss := v.pAlive*v.rate*annuity*v.purchase*share - v.clv
		for _, part := range []string{"base", "segment " + *row.Segment, "mark " + *row.Mark} {
			if parts[part] == nil {
				parts[part] = &stakes{}
			}
			parts[part].customers++
			parts[part].loss += loss
			parts[part].clv += v.clv
		}
		sums["alive"] += v.pAlive
		for _, days := range []float64{30, 90, 365} {
			sums[fmt.Sprintf("gone %g", days)] += v.pAlive * (1 - future.Survival(days))
			sums[fmt.Sprintf("all %g", days)] += v.pAlive * future.PPurchase(oracle.days[days])
			if h.Repeats > 0 {
				sums[fmt.Sprintf("repeat %g", days)] += v.pAlive * future.PPurchase(oracle.days[days])
			}
		}
		if h.Repeats > 0 {
			sums["repeaters"]++
			if gap := h.LastPurchase / float64(h.Repeats); h.Age-h.LastPurchase > 2*gap {
				sums["silent"]++
			}
		}
	}
	return parts, sums
}

// exposureRow is what a row of segments says of what the segment stands to lose.
type exposureRow struct {
	Segment   *string  `parquet:"segment"`
	Loss      *float64 `parquet:"dropout_loss"`
	LossShare *float64 `parquet:"dropout_loss_share"`
	N1        *int64   `parquet:"top_1_percent_customers"`
	CLV1      *float64 `parquet:"top_1_percent_clv"`
	Revenue1  *float64 `parquet:"top_1_percent_revenue_12m"`
	N5        *int64   `parquet:"top_5_percent_customers"`
	CLV5      *float64 `parquet:"top_5_percent_clv"`
	Revenue5  *float64 `parquet:"top_5_percent_revenue_12m"`
	N10       *int64   `parquet:"top_ten_customers"`
	CLV10     *float64 `parquet:"top_ten_clv"`
	Revenue10 *float64 `parquet:"top_ten_revenue_12m"`
}

// compareTops ranks customers by their published value.
func compareTops(t *testing.T, c config.Config, result Result, rows []valuedRow, parts map[string]*stakes) {
	t.Helper()
	revenue := map[string]int64{}
	from := c.Time.AsOf.AddDate(0, 0, 1).AddDate(-1, 0, 0)
	for _, raw := range readOrders(t, c) {
		if row, ok := usable(raw); ok && row.day >= int(from.Unix()/86400) && row.day <= int(c.Time.AsOf.Unix()/86400) {
			revenue[row.customer] += row.minor
		}
	}
	ranked := slices.Clone(rows)
	slices.SortFunc(ranked, func(a, b valuedRow) int {
		return cmp.Or(cmp.Compare(minor(b.CLV), minor(a.CLV)), cmp.Compare(*a.ID, *b.ID))
	})
	type top struct {
		n            int64
		clv, revenue int64
	}
	tops := map[string]*top{}
	for i, row := range ranked {
		for name, last := range map[string]int{"top_1_percent": (len(rows)+99)/100 - 1, "top_5_percent": (len(rows)+19)/20 - 1, "top_ten": 9} {
			if i > last && (name == "top_ten" || minor(row.CLV) < minor(ranked[last].CLV)) {
				continue
			}
			for _, key := range []string{name, name + " " + *row.Segment} {
				if tops[key] == nil {
					tops[key] = &top{}
				}
				tops[key].n++
				tops[key].clv += minor(row.CLV)
				tops[key].revenue += revenue[*row.ID]
			}
		}
	}
	for _, name := range []string{"top_1_percent", "top_5_percent", "top_ten"} {
		clv, brought := result.Figures.Base[name+"_clv"], result.Figures.Base[name+"_revenue_12m"]
		if got := (top{clv.N, minor(clv.Value), minor(brought.Value)}); got != *tops[name] || brought.N != clv.N {
			t.Errorf("%s: %+v, want %+v", name, got, *tops[name])
		}
	}
	for _, s := range readTable[exposureRow](t, result, "segments") {
		part := parts["segment "+*s.Segment]
		if !(math.Abs(*s.Loss-part.loss) <= 0.006*part.customers) || !(math.Abs(*s.LossShare-part.loss/(part.loss+part.clv)) <= 0.01) {
			t.Errorf("%s: loses %g (%g), want %g of %g", *s.Segment, *s.Loss, *s.LossShare, part.loss, part.clv)
		}
		got := map[string]top{
			"top_1_percent": {*s.N1, minor(s.CLV1), minor(s.Revenue1)}, "top_5_percent": {*s.N5, minor(s.CLV5), minor(s.Revenue5)},
			"top_ten": {*s.N10, minor(s.CLV10), minor(s.Revenue10)},
		}
		for name, g := range got {
			want := top{}
			if w := tops[name+" "+*s.Segment]; w != nil {
				want = *w
			}
			if g != want {
				t.Errorf("%s of %s: %+v, want %+v", name, *s.Segment, g, want)
			}
		}
	}
}

// A customer acquired is worth their first order and what a new one brings; growth
// and the trend of repeat purchases are counted one by one.
func TestTermsOfFocusEqualAPlainComputation(t *testing.T) {
	t.Parallel()
	options := simulation.Default()
	options.Customers, options.Days, options.Returns, options.Seed = 6000, 1000, 0.2, 8
	c, _ := simulated(t, options)
	c.Time.AsOf = parseDay(t, "2024-09-10")
	result := runBatch(t, c, "warnings")
	asOf := dayNumber("2024-09-10")
	var rows []tableRow
	for _, raw := range readOrders(t, c) {
		if row, ok := usable(raw); ok {
			rows = append(rows, tableRow{orderRow: row})
		}
	}
	customers, _ := lensAudit(rows, asOf, false)
	firstDay := math.MaxInt
	var lastYear, before int64
	var repeated, cohort [2]int64 // of the latest year's cohorts, and of those before
	paid, acquired := map[int]int64{}, map[int]int64{}
	yearFrom, cohortTo := dayNumber("2023-09-11"), dayNumber("2024-06-12")
	cohortFrom, cohortBefore := dayNumber("2023-06-13"), dayNumber("2022-06-13")
	for _, a := range customers {
		if len(a.purchases) == 0 {
			continue
		}
		first := a.purchases[0]
		firstDay = min(firstDay, first)
		if first >= yearFrom {
			lastYear++
		} else {
			before++
		}
		paid[monthOf(first)] += a.net[first]
		acquired[monthOf(first)]++
		if first <= cohortTo && first >= cohortBefore {
			year := 0
			if first < cohortFrom {
				year = 1
			}
			cohort[year]++
			if len(a.purchases) > 1 && a.purchases[1]-first <= 90 {
				repeated[year]++
			}
		}
	}
	kpi := func(name string) float64 { return *result.Figures.Base[name].Value }
	for name, want := range map[string]float64{
		"shop_age_days": float64(asOf - firstDay), "new_customers_12m": float64(lastYear), "customers_12m_ago": float64(before),
		"base_growth_12m":            float64(lastYear) / float64(before),
		"repeat_rate_90d_last_12m":   float64(repeated[0]) / float64(cohort[0]),
		"repeat_rate_90d_12m_before": float64(repeated[1]) / float64(cohort[1]),
		"repeat_rate_90d_change":     float64(repeated[0])/float64(cohort[0]) - float64(repeated[1])/float64(cohort[1]),
	} {
		if kpi(name) != want {
			t.Errorf("%s is %g, want %g", name, kpi(name), want)
		}
	}
	if change := result.Figures.Base["repeat_rate_90d_change"]; !(*change.Low < *change.Value && *change.Value < *change.High) || change.N != cohort[0]+cohort[1] {
		t.Errorf("repeat_rate_90d_change: %g to %g, n %d", *change.Low, *change.High, change.N)
	}
	compareAcquired(t, result, asOf, paid, acquired)
}

// compareAcquired holds the value that each month's acquisition added to what first
// orders brought, in minor units, and how many customers it brought.
func compareAcquired(t *testing.T, result Result, asOf int, paid, acquired map[int]int64) {
	t.Helper()
	kpi := func(name string) float64 { return *result.Figures.Base[name].Value }
	months := 0
	for _, row := range readTable[monthRow](t, result, "kpis") {
		if *row.Metric != "value_added_by_acquisition_before_cac" {
			continue
		}
		months++
		month := monthOf(int(*row.Month))
		n := float64(acquired[month])
		want := float64(paid[month])/100*kpi("margin_share")*(1-kpi("later_return_share")) + n*kpi("newcomer_clv")
		if *row.N != acquired[month] || !(math.Abs(*row.Value-want) <= 0.005*(n+2)) {
			t.Errorf("%s of %s: %g of %d, want %g of %g", *row.Metric, dateText(int(*row.Month)), *row.Value, *row.N, want, n)
		}
		if month > monthOf(asOf)-1 || month < monthOf(asOf)-12 {
			t.Errorf("%s is not among the last 12 whole months", dateText(int(*row.Month)))
		}
	}
	if months != 12 {
		t.Errorf("%d months of acquisition, want 12", months)
	}
}

type monthRow struct {
	Metric *string  `parquet:"metric"`
	Month  *int32   `parquet:"month,date"`
	Value  *float64 `parquet:"value"`
	N      *int64   `parquet:"n"`
}

// Customers of known dropout go through files and days: as many of those alive on
// as_of leave in 90 days as is expected, within what sampling and the estimates of
// the parameters leave open. (Of BG/NBD's customers it is not tested: a run values
// them by MBG/NBD, which fits as well and takes some who purchased once for gone.)
func TestRecoveryOfChurn(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	for _, model := range []string{simulation.MBGNBD, simulation.ParetoNBD} {
		t.Run(model, func(t *testing.T) {
			options := simulation.Default()
			options.Customers, options.Days, options.Returns, options.Seed = 60_000, 910, 0, 9
			options.Model, options.Purchases = model, simulation.DefaultPurchases(model)
			c, _ := simulated(t, options)
			asOf := options.Start.AddDate(0, 0, options.Days-92)
			c.Time.AsOf = &config.Day{Time: asOf}
			result := runBatch(t, c)
			truth, err := parquetfile.Read[struct {
				First *int64 `parquet:"first_purchase_at,timestamp(microsecond:local)"`
				Gone  *int64 `parquet:"dropped_out_at,timestamp(microsecond:local)"`
			}](filepath.Join(filepath.Dir(c.Out), "truth.parquet"))
			if err != nil {
				t.Fatal(err)
			}
			cutoff := asOf.Add(24 * time.Hour).UnixMicro()
			until := cutoff + 90*24*time.Hour.Microseconds()
			var alive, gone float64
			for _, customer := range truth {
				if *customer.First >= cutoff || customer.Gone != nil && *customer.Gone < cutoff {
					continue
				}
				alive++
				if customer.Gone != nil && *customer.Gone < until {
					gone++
				}
			}
			expected, actual := *result.Figures.Base["expected_churn_90d"].Value, gone/alive
			sampling := math.Sqrt(actual * (1 - actual) / alive)
			t.Logf("%s: of %.0f alive %.4f left in 90 days (± %.4f), expected %.4f of %.0f", result.Manifest.Model.Name, alive, actual, sampling,
				expected, *result.Figures.Base["expected_alive_customers"].Value)
			// Parameters are estimated from a base of the same size, which at least
			// doubles the variance.
			if !(math.Abs(expected-actual) <= 3*math.Sqrt2*sampling) {
				t.Errorf("expected churn %.4f, %.4f left, standard error %.4f", expected, actual, sampling)
			}
		})
	}
}
