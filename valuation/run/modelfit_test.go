package run

import (
	"context"
	"math"
	"path/filepath"
	"testing"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/parquetfile"
	"cbv/valuation/scoring"
)

// readRecords returns all rows of a run's table.
func readRecords(t *testing.T, result Result, name string) []parquetfile.Record {
	t.Helper()
	rows, err := parquetfile.ReadRecords(filepath.Join(result.Folder, name+".parquet"), func(parquetfile.Record) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// What model_fit expects is the model's probability of each number of purchases, customer
// by customer.
func TestModelFitIsTheModelsOwn(t *testing.T) {
	t.Parallel()
	result := markedShop(t).Result
	model, err := scoring.OpenModel(context.Background(), result.Folder)
	if err != nil {
		t.Fatal(err)
	}
	purchase := model.Groups()[0].Purchase.Model
	rows := readRecords(t, result, "model_fit")
	last := len(rows) - 1
	customers, expected := make([]int64, len(rows)), make([]float64, len(rows))
	for _, c := range readRecords(t, result, "customers") {
		customers[min(int(c["repeat_purchases"].(int64)), last)]++
		rest := 1.
		for n := range last {
			p := btyd.PMF(purchase, btyd.History{}, float64(c["customer_age_days"].(int64)), n)
			expected[n] += p
			rest -= p
		}
		expected[last] += rest
	}
	for n, row := range rows {
		if row["repeat_purchases"] != int64(n) || row["is_and_more"] != (n == last) || row["customers"] != customers[n] {
			t.Errorf("row %d is %v, want %d customers", n, row, customers[n])
		}
		if got := row["expected_customers"].(float64); !(math.Abs(got-expected[n]) <= 1e-6*float64(len(rows))) {
			t.Errorf("%d repeat purchases are expected of %g customers, want %g", n, got, expected[n])
		}
	}
}

// trackedCustomer is the purchase days of a customer.
type trackedCustomer map[time.Time]bool

// trackedCustomers are those of a shop whose returns are netted within the day.
func trackedCustomers(rows []rawOrder, until time.Time) map[string]trackedCustomer {
	type day struct {
		customer string
		at       time.Time
	}
	cents := map[day]int64{}
	for _, row := range rows {
		at := time.UnixMicro(*row.At).UTC().Truncate(24 * time.Hour)
		cents[day{*row.Customer, at}] += int64(math.Round(100 * *row.Amount))
	}
	customers := map[string]trackedCustomer{}
	for key, sum := range cents {
		if sum <= 0 || key.at.After(until) {
			continue
		}
		if customers[key.customer] == nil {
			customers[key.customer] = trackedCustomer{}
		}
		customers[key.customer][key.at] = true
	}
	return customers
}

// Each week has the repeat purchases of the customers who were known at the cutoff; up to
// it the model expects about as many, since it was fitted to them.
func TestTrackingCountsTheWeeks(t *testing.T) {
	t.Parallel()
	run := markedShop(t)
	asOf, cutoff := parseDay(t, run.Manifest.AsOf).Time, parseDay(t, run.Manifest.Backtest.Cutoff).Time
	rows := readRecords(t, run.Result, "tracking")
	purchases, newcomers := map[time.Time]int64{}, map[time.Time]int64{}
	for _, c := range trackedCustomers(readOrders(t, run.Config), asOf) {
		first := asOf.AddDate(0, 0, 1)
		for day := range c {
			if day.Before(first) {
				first = day
			}
		}
		if first.After(cutoff) {
			continue
		}
		newcomers[weekOf(first)]++
		for day := range c {
			if day.After(first) {
				purchases[weekOf(day)]++
			}
		}
	}
	var customers, sum int64
	for i, row := range rows {
		week := row["week_start"].(time.Time)
		last := week.AddDate(0, 0, 6)
		customers, sum = customers+newcomers[week], sum+purchases[week]
		if week.Weekday() != time.Monday || i > 0 && !week.Equal(rows[i-1]["week_start"].(time.Time).AddDate(0, 0, 7)) || last.After(asOf) {
			t.Fatalf("week %d begins on %s", i, week)
		}
		if row["purchases"] != purchases[week] || row["customers"] != customers || row["cumulative_purchases"] != sum {
			t.Fatalf("week of %s: %v, want %d purchases of %d customers, %d in all", week, row, purchases[week], customers, sum)
		}
		if row["is_holdout"] != last.After(cutoff) {
			t.Errorf("week of %s: is_holdout is %v", week, row["is_holdout"])
		}
		if expected := row["cumulative_expected_purchases"].(float64); !last.After(cutoff) && last.AddDate(0, 0, 7).After(cutoff) && !(math.Abs(expected/float64(sum)-1) <= 0.05) {
			t.Errorf("up to the cutoff %d purchases came, and %g were expected", sum, expected)
		}
	}
	if ends := rows[len(rows)-1]["week_start"].(time.Time).AddDate(0, 0, 13); !ends.After(asOf) {
		t.Errorf("the last week before %s is missing", asOf)
	}
}

// weekOf returns the Monday of a day's week.
func weekOf(day time.Time) time.Time {
	for day.Weekday() != time.Monday {
		day = day.AddDate(0, 0, -1)
	}
	return day
}

// The map and the bands hold every customer and all of the value.
func TestCellsAndBandsAddUp(t *testing.T) {
	t.Parallel()
	result := markedShop(t).Result
	for _, table := range []string{"rfm_cells", "value_distribution"} {
		var customers, retained int64
		clv := 0.
		for _, row := range readRecords(t, result, table) {
			customers, retained, clv = customers+row["customers"].(int64), retained+row["retain_customers"].(int64), clv+row["clv"].(float64)
		}
		base := result.Figures.Base
		if customers != int64(*base["customers"].Value) || retained != int64(*base["retain_customers"].Value) || !(math.Abs(clv-*base["clv"].Value) <= 1e-6) {
			t.Errorf("%s: %d customers, %d to retain, worth %.2f; want %g, %g, %.2f", table, customers, retained, clv, *base["customers"].Value, *base["retain_customers"].Value, *base["clv"].Value)
		}
	}
}
