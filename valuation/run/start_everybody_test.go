package run

import (
	"math"
	"path/filepath"
	"testing"
	"time"

	"cbv/valuation/parquetfile"
	"cbv/valuation/simulation"
)

// startedRow is what of an order of a simulated shop says how a customer started.
type startedRow struct {
	Customer *string `parquet:"customer_id"`
	At       *int64  `parquet:"ordered_at,timestamp(microsecond:local)"`
	Category *string `parquet:"category"`
}

// cameOf counts, by their category, the purchases in windows of customers who were known
// when these began; they begin after so many days, and are as long as the first has until
// the end.
func cameOf(rows []startedRow, windows []int, end int) map[string]float64 {
	type customerDay struct {
		customer string
		day      int
	}
	first, of, days := map[string]int64{}, map[string]string{}, map[customerDay]bool{}
	for _, row := range rows {
		if at, known := first[*row.Customer]; !known || *row.At < at {
			first[*row.Customer], of[*row.Customer] = *row.At, *row.Category
		}
		days[customerDay{*row.Customer, int(*row.At / 86400e6)}] = true
	}
	came := map[string]float64{}
	for at := range days {
		for _, begin := range windows {
			if int(first[at.customer]/86400e6) <= begin && at.day > begin && at.day <= begin+end-windows[0] {
				came[of[at.customer]]++
			}
		}
	}
	return came
}

// A value that few of a large base have, of whom the samples of past days have too few to be
// told from others, has the effect that everybody shows.
func TestEffectsOfRareValuesRestOnEverybody(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates a large shop")
	}
	options := startedShop(3)
	options.Customers = 120_000
	rare := simulation.Category{Name: "club", Share: 0.004, Dropout: 0.4, OrderValue: 1.5}
	categories := options.FirstOrders.Categories
	categories[len(categories)-1].Share -= rare.Share
	options.FirstOrders.Categories = append(categories, rare)
	c, _ := simulated(t, options)
	file := readEffects(t, runBatch(t, c).Folder)
	if !file.Purchases.Chosen || !file.Spend.Chosen {
		t.Fatalf("effects are not chosen: %s; %s", file.Purchases.Why, file.Spend.Why)
	}
	var windows []int
	for _, text := range file.Windows {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		windows = append(windows, int(day.Unix()/86400))
	}
	files, err := filepath.Glob(c.Orders.Files[0])
	if err != nil {
		t.Fatal(err)
	}
	var rows []startedRow
	for _, file := range files {
		more, err := parquetfile.Read[startedRow](file)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, more...)
	}
	came := cameOf(rows, windows, int(c.Time.AsOf.Unix()/86400))
	found := map[string]bool{}
	for _, e := range file.Purchases.Effects {
		if e.Attribute == "category" {
			// who has a history that nobody of the sample has is left out
			if !(math.Abs(e.Observed/came[e.Value]-1) <= 0.05) {
				t.Errorf("%.1f purchases came of %s, and the files have %.0f", e.Observed, e.Value, came[e.Value])
			}
			found[e.Value] = e.FactorLow > 1.2
		}
	}
	if !found[rare.Name] || !found["refill"] || found["basic"] {
		t.Errorf("effects on purchases: %+v", file.Purchases.Effects)
	}
	for _, e := range file.Spend.Effects {
		found[e.Value+" spend"] = e.FactorLow > 1.15
	}
	if !found[rare.Name+" spend"] || !found["premium spend"] || found["basic spend"] {
		t.Errorf("effects on spend: %+v", file.Spend.Effects)
	}
}
