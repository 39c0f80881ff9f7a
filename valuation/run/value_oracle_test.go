package run

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/config"
	"cbv/valuation/parquetfile"
	"cbv/valuation/scoring"
	"cbv/valuation/simulation"
)

// valuedRow is what of a customer rests on the models.
type valuedRow struct {
	ID       *string  `parquet:"customer_id"`
	Channel  *string  `parquet:"first_channel"`
	Segment  *string  `parquet:"segment"`
	Mark     *string  `parquet:"mark"`
	Repeats  *int64   `parquet:"repeat_purchases"`
	Last     *int64   `parquet:"age_at_last_purchase_days"`
	Age      *int64   `parquet:"customer_age_days"`
	PAlive   *float64 `parquet:"p_alive"`
	Expected *float64 `parquet:"expected_purchases"`
	CLV      *float64 `parquet:"clv"`
	Low      *float64 `parquet:"clv_low"`
	High     *float64 `parquet:"clv_high"`
	Keep     *float64 `parquet:"keep_value"`
	PKeep    *float64 `parquet:"keep_probability"`
	First    *int32   `parquet:"first_purchase_date,date"`
	LastDay  *int32   `parquet:"last_purchase_date,date"`
	MeanGap  *float64 `parquet:"mean_gap_days"`
	Due      *int32   `parquet:"next_purchase_due,date"`
	Overdue  *int64   `parquet:"days_overdue"`
	Historic *float64 `parquet:"historic_margin"`
}

// valuedShop is the run of a shop with costs and, where channels differ enough,
// parameters by channel, or with neither.
func valuedShop(t *testing.T, withCosts bool) sharedRun {
	t.Helper()
	return runShared(t, fmt.Sprint("valued", withCosts), func(folder string) config.Config {
		options := simulation.Default()
		options.Customers, options.Days, options.Returns, options.Seed = 20_000, 900, 0, 5
		if testing.Short() {
			options.Customers = 8_000
		}
		c, _ := simulatedIn(t, folder, options)
		if withCosts {
			cost := 11.0
			c.Value.FitBy, c.Value.RetentionCost, c.Value.CAC = "channel", 3, &cost
		}
		return c
	})
}

// Values, their points, the probability to beat the cost, and the intervals of
// totals are those of plain Go over the models of model.json, also with costs and
// with parameters by channel.
func TestValuesAgreeWithTheModels(t *testing.T) {
	t.Parallel()
	for _, withCosts := range []bool{false, true} {
		t.Run(fmt.Sprintf("with costs %t", withCosts), func(t *testing.T) {
			valued := valuedShop(t, withCosts)
			c, result := valued.Config, valued.Result
			run, err := scoring.OpenModel(context.Background(), result.Folder)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := parquetfile.Read[valuedRow](filepath.Join(result.Folder, "customers.parquet"))
			if err != nil {
				t.Fatal(err)
			}
			oracle := newValueOracle(t, c, result, run, rows)
			for i, row := range rows {
				oracle.check(t, row, oracle.values[i])
			}
			oracle.season.compareDays(t, oracle.days)
			oracle.checkTotals(t, result)
			oracle.checkQuantiles(t, result, rows)
			oracle.checkMarginCurve(t, c, result, rows)
			var raw []tableRow
			for _, order := range readOrders(t, c) {
				row, _ := usable(order)
				raw = append(raw, tableRow{orderRow: row})
			}
			asOf := int(c.Time.AsOf.Unix() / 86400)
			customers, firstDay := lensAudit(raw, asOf, false)
			compareSteps(t, result, customers, asOf)
			compareKept(t, result, customers, firstDay, asOf)
			if got := result.Figures.Base["net_revenue_retention"].Value; got == nil {
				t.Error("two years and a half of orders say nothing of retention")
			}
		})
	}
}

// valueOracle values customers from the models alone.
type valueOracle struct {
	groups  []scoring.Group
	firsts  map[string]float64 // money of first purchases, by customer
	repeats map[string]float64 // of repeat ones
	cost    float64            // to beat
	season  publishedSeason
	days    map[float64]float64 // by the days of a forecast, those without a season that bring as much
	values  []oracleValue
}

type oracleValue struct {
	group              int
	spending           *spend.Distribution
	pAlive, clv, scale float64
	purchase           float64 // expected value of one, with the season of the horizon
	rate               float64 // of purchases a day while alive, with that season
	variance           float64
	repeats            int
	bySpend            [3]float64
	byParameter        []float64
}

func newValueOracle(t *testing.T, c config.Config, result Result, run scoring.RunModel, rows []valuedRow) *valueOracle {
	t.Helper()
	o := &valueOracle{groups: run.Groups()}
	o.firsts, o.repeats = purchaseMoney(t, c)
	o.cost = c.Value.RetentionCost + *result.Figures.Base["replacement"].Value
	horizon, delta := float64(c.Value.HorizonDays), btyd.Discounting(c.Value.DiscountRate, 365)
	share := *c.Value.MarginRate * (1 - *result.Figures.Base["later_return_share"].Value)
	groups := map[string]int{}
	for number, group := range o.groups {
		groups[group.Channel] = number
	}
	survivors, members := make([][]btyd.Survivor, len(o.groups)), make([][]int, len(o.groups))
	o.values = make([]oracleValue, len(rows))
	for i, row := range rows {
		if row.Channel != nil {
			o.values[i].group = groups[*row.Channel]
		}
		g := o.values[i].group
		survivors[g] = append(survivors[g], btyd.Survivor{Repeats: int(*row.Repeats), Age: float64(*row.Age)})
		members[g] = append(members[g], i)
	}
	o.season, o.days = readSeason(t, result.Folder), map[float64]float64{}
	for _, days := range []float64{30, 90, 365, horizon} {
		o.days[days] = daysOfSeason(o.groups, rows, func(i int) int { return o.values[i].group }, days, o.season.ratio(t, "purchases", days))
	}
	ofPurchases, ofMargin := o.season.ratio(t, "purchases", horizon), o.season.ratio(t, "margin", horizon)
	for number, group := range o.groups {
		form := group.Spend.Form
		distributions := spend.Distributions(group.Purchase.Model, group.Spend.Shape, survivors[number], o.days[horizon], int64(len(rows)), 1)
		shifts, err := btyd.NewShifts(group.Purchase.Model)
		if err != nil {
			t.Fatal(err)
		}
		for at, i := range members[number] {
			row, v := rows[i], &o.values[i]
			h := btyd.History{Repeats: int(*row.Repeats), LastPurchase: float64(*row.Last), Age: float64(*row.Age)}
			band := group.Spend.Band(h.Repeats)
			n, total := form.Purchases(h.Repeats), math.Round(100*form.Total(o.firsts[*row.ID], o.repeats[*row.ID]))/100
			future := group.Purchase.Model.Future(h.Repeats, h.Age)
			v.repeats = h.Repeats
			v.spending, v.pAlive = &distributions[at], group.Purchase.Model.PAlive(h)
			v.purchase = ofMargin / ofPurchases * group.Spend.Expected(h.Repeats, n, total)
			v.rate = ofPurchases * future.Rate()
			v.clv = v.pAlive * ofPurchases * future.Discounted(horizon, delta) * v.purchase * share
			v.scale = band.Mean
			if band.HasModel() {
				v.scale = band.Model.Gamma + total
				if n > 0 || band.IsMeanFitted() {
					v.bySpend = band.Model.Sensitivity(n, total)
				}
			}
			v.scale *= ofMargin / ofPurchases * share * future.Discounted(horizon, delta) / future.Expected(horizon)
			v.variance = v.spending.Variance(v.pAlive, v.scale, v.clv)
			v.byParameter = make([]float64, 4)
			ofFuture := make([]float64, 4)
			shifts.PAlive(h, v.byParameter)
			shifts.Discounted(survivors[number][at], horizon, delta, ofFuture)
			for j := range ofFuture {
				v.byParameter[j] += ofFuture[j]
			}
		}
	}
	return o
}

// purchaseMoney adds up what customers paid on their first day, and after it.
func purchaseMoney(t *testing.T, c config.Config) (firsts, repeats map[string]float64) {
	t.Helper()
	first, minor := map[string]int{}, map[string]map[int]int64{}
	for _, raw := range readOrders(t, c) {
		row, ok := usable(raw)
		if !ok {
			t.Fatal("a clean history has a bad row")
		}
		if minor[row.customer] == nil {
			minor[row.customer], first[row.customer] = map[int]int64{}, row.day
		}
		minor[row.customer][row.day] += row.minor
		first[row.customer] = min(first[row.customer], row.day)
	}
	firsts, repeats = map[string]float64{}, map[string]float64{}
	for customer, days := range minor {
		for day, amount := range days {
			if day > first[customer] {
				repeats[customer] += float64(amount) / 100
			} else {
				firsts[customer] = float64(amount) / 100
			}
		}
	}
	return firsts, repeats
}

func (o *valueOracle) check(t *testing.T, row valuedRow, v oracleValue) {
	t.Helper()
	const cent = 0.0051
	for _, c := range []struct {
		what                 string
		got, want, tolerance float64
	}{
		{"p_alive", *row.PAlive, v.pAlive, 1e-12},
		{"clv", *row.CLV, v.clv, cent},
		{"clv_low", *row.Low, v.spending.Quantile(v.pAlive, 0.1) * v.scale, cent + seasonPrecision**row.Low},
		{"clv_high", *row.High, v.spending.Quantile(v.pAlive, 0.9) * v.scale, cent + seasonPrecision**row.High},
		// the replacement of kpis is rounded to the cent
		{"keep_probability", *row.PKeep, v.spending.PExceeds(v.pAlive, o.cost/v.scale), 2e-3},
		{"keep_value", *row.Keep, v.clv - o.cost, 2 * cent},
	} {
		if !(math.Abs(c.got-c.want) <= c.tolerance) {
			t.Fatalf("customer %s: %s is %v, want %v", *row.ID, c.what, c.got, c.want)
		}
	}
	o.checkDue(t, row, v)
}

// checkDue holds the day of the next purchase to the formula.
func (o *valueOracle) checkDue(t *testing.T, row valuedRow, v oracleValue) {
	t.Helper()
	if v.repeats == 0 {
		if row.Due != nil || row.Overdue != nil || row.MeanGap != nil {
			t.Fatalf("customer %s has a next purchase, and no repeat to go by", *row.ID)
		}
		return
	}
	parameters := map[string]float64{}
	for _, p := range o.groups[v.group].Purchase.Model.Parameters() {
		parameters[p.Name] = p.Value
	}
	x, lastAge := float64(v.repeats), float64(*row.Last)
	wait := (parameters["alpha"] + lastAge) * (math.Pow(2, 1/(parameters["r"]+x)) - 1)
	due := *row.LastDay + int32(math.Round(wait))
	overdue := max(0, int64(*row.First)+*row.Age-int64(due))
	if *row.Due != due || *row.Overdue != overdue || !(math.Abs(*row.MeanGap-lastAge/x) <= 1e-12) {
		t.Fatalf("customer %s: due on %s, %d days overdue, mean gap %g; want %s, %d, %g", *row.ID,
			dateText(int(*row.Due)), *row.Overdue, *row.MeanGap, dateText(int(due)), overdue, lastAge/x)
	}
}

func (o *valueOracle) checkQuantiles(t *testing.T, result Result, rows []valuedRow) {
	t.Helper()
	var values []float64
	for _, row := range rows {
		values = append(values, *row.CLV)
	}
	slices.Sort(values)
	for _, percent := range []int{10, 25, 50, 75, 90, 99} {
		want := values[(percent*len(values)+99)/100-1]
		if got := result.Figures.Base[fmt.Sprintf("clv_p%d", percent)]; *got.Value != want || got.N != int64(len(rows)) {
			t.Errorf("clv_p%d is %v of %d, want %v", percent, *got.Value, got.N, want)
		}
	}
}

// checkMarginCurve holds what is still to come of each cohort's margin curve to its
// customers: what each has brought, and what the model of their group expects of them by
// the end of the month.
func (o *valueOracle) checkMarginCurve(t *testing.T, c config.Config, result Result, rows []valuedRow) {
	t.Helper()
	horizon, delta := float64(c.Value.HorizonDays), btyd.Discounting(c.Value.DiscountRate, 365)
	asOf := int(c.Time.AsOf.Unix() / 86400)
	forecasts, last := 0, 0
	for _, point := range readTable[curveRow](t, result, "margin_curve") {
		month := 0
		if *point.Scope == "cohort" {
			month = monthOf(int(*point.Cohort)) + int(*point.Age)
		}
		if *point.Scope != "cohort" || isOver(month, asOf) {
			continue
		}
		ahead := float64(firstDayOf(month+1) - 1 - asOf)
		total, customers := 0.0, 0
		for i, row := range rows {
			if monthOf(int(*row.First)) != monthOf(int(*point.Cohort)) {
				continue
			}
			customers++
			v := o.values[i]
			future := o.groups[v.group].Purchase.Model.Future(v.repeats, float64(*row.Age))
			total += *row.Historic + v.clv*future.Expected(ahead)/future.Discounted(horizon, delta)
		}
		forecasts, last = forecasts+1, max(last, int(ahead))
		want := total / float64(customers)
		// what each has brought is rounded to the cent, and so is each clv
		if *point.Customers != 0 || *point.CustomersSoon != int64(customers) || !(math.Abs(*point.MarginSoon-want) <= 0.0151) {
			t.Errorf("cohort %s at %d months: %s of %d, want %g of %d", dateText(int(*point.Cohort)), *point.Age, shownFloat(point.MarginSoon), *point.CustomersSoon, want, customers)
		}
	}
	if forecasts == 0 || last > int(horizon) || last < int(horizon)-31 {
		t.Errorf("%d forecasts, up to %d days ahead", forecasts, last)
	}
}

func (o *valueOracle) checkTotals(t *testing.T, result Result) {
	t.Helper()
	var clv, own, variance float64
	for number, group := range o.groups {
		gradient := make([]float64, 4)
		bySpend := make([]float64, 2+len(group.Spend.Bands)) // p and q, which bands share, and the gamma of each
		for _, v := range o.values {
			if v.group != number {
				continue
			}
			clv += v.clv
			own += v.variance
			for i, by := range v.byParameter {
				gradient[i] += v.clv * by
			}
			bySpend[0] += v.clv * v.bySpend[0]
			bySpend[1] += v.clv * v.bySpend[1]
			bySpend[2+group.Spend.Place(v.repeats)] += v.clv * v.bySpend[2]
		}
		variance += btyd.ParameterVariance(gradient, group.Purchase.Covariance)
		if fit := group.Spend.Fit; fit != nil {
			variance += btyd.ParameterVariance(bySpend, fit.Covariance)
		}
	}
	season := o.season.Season
	variance += o.season.logVariance(t, "margin", 365) * clv * clv
	low, high := btyd.Total{Expected: clv, Parameters: variance, Customers: own}.Interval(0.8)
	if math.Abs(season.Narrow.Low/low-1) > 1e-3 || math.Abs(season.Narrow.High/high-1) > 1e-3 {
		t.Errorf("without forecast error clv is from %v to %v, want %v to %v", season.Narrow.Low, season.Narrow.High, low, high)
	}
	variance += math.Pow(season.ForecastError*clv, 2)
	low, high = btyd.Total{Expected: clv, Parameters: variance, Customers: own}.Interval(0.8)
	kpi := result.Figures.Base["clv"]
	if math.Abs(*kpi.Value-clv) > 0.006*float64(len(o.values)) || math.Abs(*kpi.Low/low-1) > 1e-3 || math.Abs(*kpi.High/high-1) > 1e-3 {
		t.Errorf("clv %v (%v to %v), want %v (%v to %v)", *kpi.Value, *kpi.Low, *kpi.High, clv, low, high)
	}
	t.Logf("%d groups, %d bands, clv %.0f, 80 %% interval %.0f to %.0f", len(o.groups), len(o.groups[0].Spend.Bands), clv, low, high)
}
