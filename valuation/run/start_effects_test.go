package run

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"testing"

	"cbv/valuation/btyd"
	"cbv/valuation/parquetfile"
	"cbv/valuation/scoring"
	"cbv/valuation/simulation"
	"cbv/valuation/starts"
)

// oneTimer is what of a customer rests on how they started.
type oneTimer struct {
	First    int32    `parquet:"first_purchase_date,date"`
	Category *string  `parquet:"category"`
	Repeats  int64    `parquet:"repeat_purchases"`
	Revenue  float64  `parquet:"revenue"`
	CLV      *float64 `parquet:"clv"`
}

// seasonClock is how many days of ordinary buying a shop has from its start to the end of
// each day, until a year after its last.
func seasonClock(options simulation.Options) []float64 {
	clock := []float64{0}
	for i := range options.Days + 365 {
		month := options.Start.AddDate(0, 0, i).Month()
		clock = append(clock, clock[i]+options.Season[month-1])
	}
	return clock
}

// trueValue is what the one-timer of a category will bring in a year, by what they were
// drawn from.
type trueValue struct {
	options  simulation.Options
	clock    []float64
	discount float64 // a year
	margin   float64 // of revenue
}

func (v trueValue) of(category simulation.Category, firstDay int, revenue float64) float64 {
	worth, dropout := 1., 1.
	if category.OrderValue > 0 {
		worth = category.OrderValue
	}
	if category.Dropout > 0 {
		dropout = category.Dropout
	}
	m, spend := v.options.Purchases, v.options.Spend
	model := btyd.MBGNBD{R: m.R, Alpha: m.Alpha, A: m.A * dropout, B: m.A + m.B - m.A*dropout}
	last := v.options.Days
	h := btyd.History{Age: v.clock[last] - v.clock[firstDay]}
	future, purchases, before := model.Future(0, h.Age), 0., 0.
	for day := 1; day <= 365; day++ {
		until := future.Expected(v.clock[last+day] - v.clock[last])
		purchases += (until - before) * math.Pow(1+v.discount, -(float64(day)-0.5)/365)
		before = until
	}
	return v.margin * model.PAlive(h) * purchases * spend.P * (spend.Gamma*worth + revenue) / (spend.P + spend.Q - 1)
}

// readEffects returns what model.json says of first orders.
func readEffects(t *testing.T, folder string) starts.File {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "model.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file scoring.ModelFile
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if file.Started == nil {
		t.Fatal("model.json says nothing of first orders")
	}
	return *file.Started
}

// On a shop whose categories matter the effects win, and the mean value of the one-timers of
// each category is as by the model that they were drawn from.
func TestValuesOfOneTimersKnowHowTheyStarted(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates a shop")
	}
	options := startedShop(1)
	options.Customers = 33_600 // 4,200 in each, so that an effect has a standard error of 3 %
	c, _ := simulated(t, options)
	result := runBatch(t, c)
	file := readEffects(t, result.Folder)
	if !file.Purchases.Chosen || !file.Spend.Chosen {
		t.Errorf("effects are not chosen: %s; %s", file.Purchases.Why, file.Spend.Why)
	}
	for _, e := range append(file.Purchases.Effects, file.Spend.Effects...) {
		if e.Attribute != "category" {
			t.Errorf("%s %s, which means nothing, has the effect %.3f (%.3f to %.3f)", e.Attribute, e.Value, e.Factor, e.FactorLow, e.FactorHigh)
		}
	}
	if told := result.Manifest.Model.Started; told == nil || !told.Purchases.Chosen || !(told.Purchases.Deviance < told.Purchases.WithoutDeviance) {
		t.Errorf("the manifest says %+v of first orders", told)
	}
	checkStartScores(t, result.Folder)
	rows, err := parquetfile.Read[oneTimer](filepath.Join(result.Folder, "customers.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	categories := map[string]simulation.Category{}
	for _, category := range options.FirstOrders.Categories {
		categories[category.Name] = category
	}
	truth := trueValue{options, seasonClock(options), c.Value.DiscountRate, *c.Value.MarginRate}
	type sums struct{ customers, got, want float64 }
	by := map[string]sums{}
	for _, row := range rows {
		if row.Repeats > 0 {
			continue
		}
		s := by[*row.Category]
		s.customers++
		s.got += *row.CLV
		s.want += truth.of(categories[*row.Category], int(row.First)-int(options.Start.Unix()/86400), row.Revenue)
		by[*row.Category] = s
	}
	for name, s := range by {
		t.Logf("%s: %.0f one-timers, worth %.2f, truly %.2f: %.3f", name, s.customers, s.got/s.customers, s.want/s.customers, s.got/s.want)
		if !(math.Abs(s.got/s.want-1) <= 0.1) {
			t.Errorf("the one-timers of %s have a mean value of %.3f of the true one", name, s.got/s.want)
		}
	}
}

// startScore is a row of backtest.parquet.
type startScore struct {
	Model  string   `parquet:"model"`
	Chosen bool     `parquet:"is_chosen"`
	Target string   `parquet:"target"`
	Metric string   `parquet:"metric"`
	Value  *float64 `parquet:"value"`
	Low    *float64 `parquet:"low"`
}

// checkStartScores checks that backtest.parquet has how the effects did, on both targets.
func checkStartScores(t *testing.T, folder string) {
	t.Helper()
	rows, err := parquetfile.Read[startScore](filepath.Join(folder, "backtest.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, row := range rows {
		if row.Model != "first_orders" {
			continue
		}
		got[row.Target+" "+row.Metric]++
		if !row.Chosen || row.Value == nil || row.Metric == "gain" && !(*row.Low > 0) {
			t.Errorf("the effects on %s are chosen for their %s: %+v", row.Target, row.Metric, row)
		}
	}
	want := map[string]int{
		"purchases deviance": 2, "purchases deviance_without": 2, "purchases gain": 1, "margin deviance": 2, "margin deviance_without": 2, "margin gain": 1,
	}
	if !maps.Equal(got, want) {
		t.Errorf("rows of the effects %v, want %v", got, want)
	}
}
