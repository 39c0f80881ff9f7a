package run

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/money"
	"cbv/valuation/movement"
	"cbv/valuation/parquetfile"
	"cbv/valuation/simulation"
)

// nightsOf runs a shop on the days up to its last one, the earliest first.
func nightsOf(t *testing.T, c config.Config, nights int) (results []Result) {
	t.Helper()
	last := c.Time.AsOf.Time
	for before := nights - 1; before >= 0; before-- {
		c.Time.AsOf = &config.Day{Time: last.AddDate(0, 0, -before)}
		results = append(results, runBatch(t, c))
	}
	return results
}

// standings counts the customers of a run and adds up their clv by a column.
func standings(t *testing.T, result Result, column string) (customers, minor map[string]int64) {
	t.Helper()
	customers, minor = map[string]int64{}, map[string]int64{}
	_, err := parquetfile.ReadRecords(filepath.Join(result.Folder, "customers.parquet"), func(r parquetfile.Record) bool {
		at, valued := r[column].(string)
		if !valued {
			at = "not_valued"
		}
		customers[at]++
		if clv, valued := r["clv"].(float64); valued {
			minor[at] += money.ToMinor(clv, 100)
		}
		return false
	})
	if err != nil {
		t.Fatal(err)
	}
	return customers, minor
}

// movementOf reads movement.parquet.
func movementOf(t *testing.T, result Result) (rows []parquetfile.Record) {
	t.Helper()
	rows, err := parquetfile.ReadRecords(filepath.Join(result.Folder, "movement.parquet"), func(parquetfile.Record) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Customers and value by segment, mark and stage of life of a run are those of the run
// before it and what movement says, to the cent.
func holdMovement(t *testing.T, before, after Result) {
	t.Helper()
	rows := movementOf(t, after)
	for _, measure := range []string{"segment", "mark", "lifecycle"} {
		customers, minor := standings(t, before, measure)
		for _, row := range rows {
			if row["measure"] != measure {
				continue
			}
			n := row["customers"].(int64)
			was, is := money.ToMinor(row["clv_before"].(float64), 100), money.ToMinor(row["clv_after"].(float64), 100)
			if change := money.ToMinor(row["clv_change"].(float64), 100); change != is-was {
				t.Errorf("%s: %v: changed by %d, want %d", after.Folder, row, change, is-was)
			}
			if from, known := row["moved_from"].(string); known {
				customers[from], minor[from] = customers[from]-n, minor[from]-was
			}
			if to, known := row["moved_to"].(string); known {
				customers[to], minor[to] = customers[to]+n, minor[to]+is
			}
		}
		wantCustomers, wantMinor := standings(t, after, measure)
		for at := range customers {
			if customers[at] != wantCustomers[at] || minor[at] != wantMinor[at] {
				t.Errorf("%s: %s %s: %d customers and %d cents by movement, published are %d and %d",
					after.Folder, measure, at, customers[at], minor[at], wantCustomers[at], wantMinor[at])
			}
		}
		for at := range wantCustomers {
			if _, known := customers[at]; !known {
				t.Errorf("%s: %s %s: movement does not know it", after.Folder, measure, at)
			}
		}
	}
}

// causesOf are the causes of a run's movement, with the customers that each moved or whose
// value it changed, by mark.
func causesOf(t *testing.T, result Result) map[string]int64 {
	t.Helper()
	causes := map[string]int64{}
	for _, row := range movementOf(t, result) {
		if row["measure"] == "mark" {
			causes[row["cause"].(string)] += row["customers"].(int64)
		}
	}
	return causes
}

func compared(t *testing.T, c config.Config, before, after Result) movement.Comparison {
	t.Helper()
	found, err := movement.Compare(context.Background(), testJob(c), before.Folder, after.Folder, true)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Ten nights in a row add up, nothing of which is restated or due to settings; and comparing
// the runs afterwards says what each said of itself.
func TestMovementAddsUpOverTenNights(t *testing.T) {
	t.Parallel()
	options := simulation.Default()
	options.Customers, options.Returns = 1500, 0.1
	c, _ := simulated(t, options)
	c.Orders.Returns = "order" // so that returns undo orders of days before
	nights := 10
	if testing.Short() {
		nights = 3
	}
	results := nightsOf(t, c, nights)
	if rows := movementOf(t, results[0]); len(rows) != 0 {
		t.Errorf("the first run has moved: %v", rows)
	}
	for i, result := range results[1:] {
		holdMovement(t, results[i], result)
		causes := causesOf(t, result)
		for _, cause := range []string{"input_restated", "settings_or_program"} {
			if causes[cause] > 0 {
				t.Errorf("%s: %d customers by %s", result.Folder, causes[cause], cause)
			}
		}
		if causes["time_passed"] == 0 || causes["parameters"] == 0 {
			t.Errorf("%s: causes %v", result.Folder, causes)
		}
	}
	found := compared(t, c, results[nights-2], results[nights-1])
	if !found.KnowsRestated {
		t.Error("a run's neighbour is compared without what was restated")
	}
	said := movementOf(t, results[nights-1])
	if len(found.Rows) != len(said) {
		t.Errorf("compared: %d rows, and the run has %d", len(found.Rows), len(said))
	}
	for _, row := range found.Rows {
		if !hasRow(said, row) {
			t.Errorf("compared: %+v, which the run does not say", row)
		}
	}
	html, _ := readPage(t, results[nights-1], 300)
	if !strings.Contains(html, results[nights-2].Manifest.Identity[:12]) || !strings.Contains(html, "Change of value by cause") {
		t.Error("the page does not say what moved since the run before")
	}
	if far := compared(t, c, results[0], results[nights-1]); far.KnowsRestated {
		t.Error("runs that are no neighbours know what was restated")
	} else if got, want := changeOf(far.Rows), totalOf(t, results[nights-1])-totalOf(t, results[0]); got != want {
		t.Errorf("over the nights: %d cents, want %d", got, want)
	}
}

func hasRow(said []parquetfile.Record, row movement.Row) bool {
	text := func(value *string) any {
		if value == nil {
			return nil
		}
		return *value
	}
	for _, other := range said {
		if other["measure"] == row.Measure && other["cause"] == row.Cause && other["moved_from"] == text(row.MovedFrom) && other["moved_to"] == text(row.MovedTo) {
			return other["customers"] == row.Customers && other["clv_before"] == row.CLVBefore && other["clv_after"] == row.CLVAfter
		}
	}
	return false
}

// changeOf is what the rows of marks add up to, in cents.
func changeOf(rows []movement.Row) (minor int64) {
	for _, row := range rows {
		if row.Measure == "mark" {
			minor += money.ToMinor(row.CLVChange, 100)
		}
	}
	return minor
}

func totalOf(t *testing.T, result Result) (minor int64) {
	t.Helper()
	_, sums := standings(t, result, "mark")
	for _, sum := range sums {
		minor += sum
	}
	return minor
}

// What each cause alone does is found as that: rows that came late, another margin, another
// map, other reading of the orders.
func TestMovementNamesItsCause(t *testing.T) {
	if testing.Short() {
		t.Skip("four runs")
	}
	options := simulation.Default()
	options.Customers = 800
	c, _ := simulated(t, options)
	last := *c.Time.AsOf
	before := config.Day{Time: last.AddDate(0, 0, -1)}
	c.Time.AsOf = &before
	first := runBatch(t, c)

	later := func(change func(*config.Config)) (Result, map[string]int64) {
		t.Helper()
		with := c
		with.Time.AsOf = &last
		change(&with)
		result := runBatch(t, with)
		holdMovement(t, first, result)
		return result, causesOf(t, result)
	}
	if _, causes := later(func(*config.Config) {}); causes["input_restated"]+causes["settings_or_program"] > 0 {
		t.Errorf("nothing changed, and causes are %v", causes)
	}
	result, causes := later(func(c *config.Config) { rate := 0.45; c.Value.MarginRate = &rate })
	if causes["settings_or_program"] == 0 {
		t.Errorf("another margin: causes are %v", causes)
	}
	if found := compared(t, c, first, result); found.Customers == 0 || len(found.Moved) == 0 {
		t.Errorf("compared: %d customers, %d moved", found.Customers, len(found.Moved))
	}
	if _, causes := later(func(c *config.Config) { c.Orders.ZeroIsPurchase = true }); causes["time_passed"]+causes["parameters"]+causes["purchases_and_returns"] > 0 {
		t.Errorf("orders are read otherwise, and causes are %v", causes)
	}
}

// Rows of past days that come late are restated, and not what customers did since.
func TestMovementKnowsLateRows(t *testing.T) {
	t.Parallel()
	options := simulation.Default()
	options.Customers, options.Returns = 800, 0
	c, _ := simulated(t, options)
	last := *c.Time.AsOf
	c.Time.AsOf = &config.Day{Time: last.AddDate(0, 0, -1)}
	first := runBatch(t, c)
	late := func(id, customer string, days int, amount float64) rawOrder {
		at := last.AddDate(0, 0, -days).UnixMicro()
		return rawOrder{OrderID: &id, Customer: &customer, At: &at, Amount: &amount}
	}
	c.Orders.Files = append(c.Orders.Files, writeOrders(t, []rawOrder{late("late1", "C00000001", 20, 50), late("late2", "LATE", 30, 40)}))
	c.Time.AsOf = &last
	second := runBatch(t, c)
	holdMovement(t, first, second)
	restated, err := parquetfile.ReadRecords(filepath.Join(second.Folder, "restated.parquet"), func(parquetfile.Record) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	if len(restated) != 2 || restated[0]["customer_id"] != "C00000001" || restated[1]["customer_id"] != "LATE" || restated[1]["purchases"] != int64(1) || restated[1]["revenue"] != 40. {
		t.Errorf("restated: %v", restated)
	}
	if causes := causesOf(t, second); causes["input_restated"] != 2 {
		t.Errorf("causes: %v, want 2 restated", causes)
	}
}
