package run

import (
	"encoding/json"
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
	Expected *float64 `parquet:"expected_purchases"`
	CLV      *float64 `parquet:"clv"`
}

// seasonClock returns how many days of ordinary buying a shop has from its start to the end
// of a day.
func seasonClock(options simulation.Options, day int) (clock float64) {
	for i := range day {
		month := options.Start.AddDate(0, 0, i).Month()
		clock += options.Season[month-1]
	}
	return clock
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
	rows, err := parquetfile.Read[oneTimer](filepath.Join(result.Folder, "customers.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	start := int(options.Start.Unix() / 86400)
	horizon := seasonClock(options, options.Days+365) - seasonClock(options, options.Days)
	type sums struct{ customers, got, want, purchases, wantPurchases float64 }
	by, all := map[string]sums{}, sums{}
	for _, row := range rows {
		if row.Repeats > 0 {
			continue
		}
		var of simulation.Category
		for _, category := range options.FirstOrders.Categories {
			if category.Name == *row.Category {
				of = category
			}
		}
		worth, dropout := 1., 1.
		if of.OrderValue > 0 {
			worth = of.OrderValue
		}
		if of.Dropout > 0 {
			dropout = of.Dropout
		}
		m := options.Purchases
		a := m.A * dropout
		model := btyd.MBGNBD{R: m.R, Alpha: m.Alpha, A: a, B: m.A + m.B - a}
		h := btyd.History{Age: seasonClock(options, options.Days) - seasonClock(options, int(row.First)-start)}
		n := model.PAlive(h) * model.Future(0, h.Age).Expected(horizon)
		value := options.Spend.P * (options.Spend.Gamma*worth + row.Revenue) / (options.Spend.P + options.Spend.Q - 1)
		s := by[of.Name]
		s.customers++
		s.got, s.want = s.got+*row.CLV, s.want+n*value
		s.purchases, s.wantPurchases = s.purchases+*row.Expected, s.wantPurchases+n
		all.got, all.want = all.got+*row.CLV, all.want+n*value
		by[of.Name] = s
	}
	t.Logf("all: %.3f of the true value, undiscounted", all.got/all.want)
	for name, s := range by {
		ratio := s.got / s.want * all.want / all.got
		t.Logf("%s: %.0f one-timers, %.3f of the value, %.3f of the purchases", name, s.customers, ratio, s.purchases/s.wantPurchases)
		if !(math.Abs(ratio-1) <= 0.1) {
			t.Errorf("the one-timers of %s have a mean value of %.3f of the true one", name, ratio)
		}
	}
}
