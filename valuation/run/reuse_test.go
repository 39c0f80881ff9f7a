package run

import (
	"context"
	"math"
	"path/filepath"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
)

// markedRow is what of a customer a fit moves, and what shows whether their
// orders changed.
type markedRow struct {
	ID       *string  `parquet:"customer_id"`
	Repeats  *int64   `parquet:"repeat_purchases"`
	Age      *int64   `parquet:"customer_age_days"`
	Revenue  *float64 `parquet:"revenue"`
	PAlive   *float64 `parquet:"p_alive"`
	Expected *float64 `parquet:"expected_purchases"`
	Value    *float64 `parquet:"expected_purchase_value"`
	CLV      *float64 `parquet:"clv"`
	Mark     *string  `parquet:"mark"`
}

func readMarks(t *testing.T, result Result) map[string]markedRow {
	t.Helper()
	rows, err := parquetfile.Read[markedRow](filepath.Join(result.Folder, "customers.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]markedRow{}
	for _, row := range rows {
		byID[*row.ID] = row
	}
	return byID
}

// shop is the configuration of the shop in fixtures/.
func shop(t *testing.T) config.Config {
	t.Helper()
	c, err := config.Load(config.Sources{File: "../../fixtures/shop/cbv.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	c.Out, c.Lists.Include = filepath.Join(t.TempDir(), "out"), nil
	return c
}

// With reused parameters nothing that a model says of a customer moves because
// others have bought, and a mark does only where the value of the customer and the
// replacement, which is what new customers have shown, pass each other; a refit moves all
// of it.
func TestReusedModelMovesNoForecast(t *testing.T) {
	if testing.Short() {
		t.Skip("five runs")
	}
	all := shop(t)
	early := all
	early.Orders.Files = nil
	files, err := filepath.Glob("../../fixtures/shop/orders/*.parquet")
	if err != nil || len(files) < 12 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		if filepath.Base(file) != "orders-2023-08.parquet" {
			early.Orders.Files = append(early.Orders.Files, file)
		}
	}
	before := runBatch(t, early)
	reusing := all
	reusing.Run.Model = before.Folder
	after, refitted := runBatch(t, reusing), runBatch(t, all)
	if filepath.Base(after.Folder) == filepath.Base(refitted.Folder) {
		t.Error("a run with reused parameters has the identity of one that fits")
	}
	if after.Manifest.Model.From == nil || after.Manifest.Model.From.Run != filepath.Base(before.Folder) || refitted.Manifest.Model.From != nil {
		t.Errorf("origin of the parameters: %+v", after.Manifest.Model.From)
	}

	then, now, anew := readMarks(t, before), readMarks(t, after), readMarks(t, refitted)
	replacement, replacementNow := *before.Figures.Base["replacement"].Value, *after.Figures.Base["replacement"].Value
	seasonOf := func(result Result) (purchases, value float64) {
		season := readSeason(t, result.Folder)
		purchases = season.ratio(t, "purchases", 365)
		return purchases, season.ratio(t, "margin", 365) / purchases
	}
	ofPurchases, ofValue := seasonOf(before)
	ofPurchasesNow, ofValueNow := seasonOf(after)
	untouched, moved, movedAnew, marksAnew := 0, 0, 0, 0
	for id, row := range now {
		old, known := then[id]
		if !known || *old.Repeats != *row.Repeats || *old.Age != *row.Age || *old.Revenue != *row.Revenue {
			continue
		}
		untouched++
		// What the season multiplies is seen anew on every day. The chance of a purchase is
		// that of more or fewer days by it.
		if !(*old.PAlive == *row.PAlive && math.Abs(*old.Expected/ofPurchases/(*row.Expected/ofPurchasesNow)-1) <= 1e-12 &&
			math.Abs(*old.Value/ofValue-*row.Value/ofValueNow) <= 0.02) {
			moved++
		}
		const cent = 0.0101 // published figures are rounded
		if isPassed := (*old.CLV > replacement-cent) != (*row.CLV > replacementNow+cent) || (*old.CLV > replacement+cent) != (*row.CLV > replacementNow-cent); *old.Mark != *row.Mark && !isPassed {
			t.Errorf("%s, worth %g and %g, is marked %s and %s, the replacement being %g and %g", id, *old.CLV, *row.CLV, *old.Mark, *row.Mark, replacement, replacementNow)
		}
		if *old.Expected != *anew[id].Expected {
			movedAnew++
		}
		if *old.Mark != *anew[id].Mark {
			marksAnew++
		}
	}
	t.Logf("of %d customers without new orders, reuse moved %d; a refit moved the forecast of %d and the mark of %d", untouched, moved, movedAnew, marksAnew)
	if untouched < 1000 || moved > 0 || movedAnew < untouched/2 {
		t.Errorf("%d untouched, %d moved by reuse, %d by a refit", untouched, moved, movedAnew)
	}

	// The parameters are those of the fit to the last bit, and reusing them once
	// more is no other run.
	for name, value := range before.Manifest.Model.Parameters {
		if after.Manifest.Model.Parameters[name] != value {
			t.Errorf("%s: %v, fitted as %v", name, after.Manifest.Model.Parameters[name], value)
		}
	}
	reusing.Run.Model = after.Folder
	again := runBatch(t, reusing)
	if !again.Already || again.Folder != after.Folder {
		t.Errorf("reusing the reused parameters made %s, not %s", again.Folder, after.Folder)
	}
	// On the base of the fit itself they change nothing but their origin.
	early.Run.Model = before.Folder
	sameFiles(t, before.Folder, runBatch(t, early).Folder, "customers.parquet", "segments.parquet", "kpis.parquet")
}

// Age is counted in days of the zone, from the latest order that counts.
func TestAgeOfInput(t *testing.T) {
	t.Parallel()
	limit := func(days config.Days) *config.Days { return &days }
	c := shop(t)
	c.Time.AsOf = nil // the latest order of the shop is of 2023-12-31
	for _, test := range []struct {
		clock string
		zone  string
		asOf  string
		limit *config.Days
		stale bool
	}{
		{"2024-01-02T23:59:59Z", "UTC", "", limit(2), false},
		{"2024-01-03T00:00:00Z", "UTC", "", limit(2), true},
		{"2024-01-02T22:59:59Z", "Europe/Berlin", "", limit(2), false},
		{"2024-01-02T23:00:00Z", "Europe/Berlin", "", limit(2), true},
		{"2024-01-03T07:59:59Z", "America/Los_Angeles", "", limit(2), false},
		{"2023-12-31T23:00:00Z", "UTC", "", limit(0), false},
		{"2023-12-30T00:00:00Z", "UTC", "", limit(0), false}, // a clock that is behind
		{"2026-01-01T00:00:00Z", "UTC", "", nil, false},
		{"2024-01-02T00:00:00Z", "UTC", "2024-01-02", limit(1), true}, // a later as_of makes orders no younger
		{"2024-01-02T00:00:00Z", "UTC", "2023-12-20", limit(5), true}, // nor do orders that do not count
	} {
		c.Time.Zone, c.Run.MaxAgeDays, c.Time.AsOf = test.zone, test.limit, nil
		if test.asOf != "" {
			c.Time.AsOf = parseDay(t, test.asOf)
		}
		now, err := time.Parse(time.RFC3339, test.clock)
		if err != nil {
			t.Fatal(err)
		}
		job := testJob(c)
		job.Clock = func() time.Time { return now }
		_, err = Check(context.Background(), job)
		if stale := err != nil && failure.KindOf(err) == failure.Stale; stale != test.stale || err != nil && !stale {
			t.Errorf("%+v: %v", test, err)
		}
	}
}
