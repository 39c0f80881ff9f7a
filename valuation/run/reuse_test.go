package run

import (
	"context"
	"encoding/json"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
)

// markedRow is what of a customer a fit moves, and what tells whether their
// orders changed.
type markedRow struct {
	ID       *string  `parquet:"customer_id"`
	Repeats  *int64   `parquet:"repeat_purchases"`
	Age      *int64   `parquet:"customer_age_days"`
	Revenue  *float64 `parquet:"revenue"`
	PAlive   *float64 `parquet:"p_alive"`
	Year     *float64 `parquet:"p_purchase_365d"`
	Expected *float64 `parquet:"expected_purchases"`
	Value    *float64 `parquet:"expected_purchase_value"`
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
	c.Out = filepath.Join(t.TempDir(), "out")
	return c
}

// With reused parameters nothing that a model says of a customer moves because
// others have bought, nor does a mark; a refit moves all of it.
func TestReusedModelMovesNoMark(t *testing.T) {
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
	untouched, moved, movedAnew, marksAnew := 0, 0, 0, 0
	for id, row := range now {
		old, known := then[id]
		if !known || *old.Repeats != *row.Repeats || *old.Age != *row.Age || *old.Revenue != *row.Revenue {
			continue
		}
		untouched++
		if *old.PAlive != *row.PAlive || *old.Year != *row.Year || *old.Expected != *row.Expected || *old.Value != *row.Value || *old.Mark != *row.Mark {
			moved++
		}
		if *old.Expected != *anew[id].Expected {
			movedAnew++
		}
		if *old.Mark != *anew[id].Mark {
			marksAnew++
		}
	}
	t.Logf("of %d customers without new orders, reuse moved %d; a refit moved the outlook of %d and the mark of %d", untouched, moved, movedAnew, marksAnew)
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

// What model.json holds of models is all of them, bands and means among them.
func TestModelsSurviveTheirFile(t *testing.T) {
	covariance := func(n int) [][]float64 {
		rows := make([][]float64, n)
		for i := range rows {
			rows[i] = make([]float64, n)
			rows[i][i] = 1. / 3
		}
		return rows
	}
	estimated := func(parameters []btyd.Parameter) (list []btyd.Estimate) {
		for _, p := range parameters {
			list = append(list, btyd.Estimate{Parameter: p, StandardError: p.Value / 7})
		}
		return list
	}
	purchase := btyd.ParetoNBD{R: 0.1 + 0.2, Alpha: 17.3, S: 1e-7, Beta: 1e9 / 3}
	nbd := btyd.NBD{R: 0.7, Alpha: 1. / 3}
	gammaGamma := spend.GammaGamma{P: 0.4, Q: 0.5, Gamma: 2. / 3}
	ofBase := btyd.Fit{
		Model: purchase, Parameters: estimated(purchase.Parameters()), Covariance: covariance(4),
		LogLikelihood: -1234.5, Evaluations: 9, Customers: 10, Repeats: 11, Histories: 12,
	}
	ofChannel := btyd.Fit{Model: nbd, Parameters: estimated(nbd.Parameters()), Covariance: covariance(2), Customers: 3}
	want := models{
		why:         "it is the best",
		fingerprint: "00ff",
		candidates: []candidate{
			{family: "Pareto/NBD", fit: &ofBase},
			{family: "BG/NBD", none: &btyd.NoFitError{Model: "BG/NBD", Detail: "the likelihood rises"}},
		},
		groups: []groupModels{
			{purchase: ofBase, spend: spend.Model{Spearman: 0.31, Bands: []spend.Band{
				{From: 0, To: 1, Mean: 12.5},
				{From: 2, To: spend.MostRepeats, Mean: 99, Fit: &spend.Fit{
					Model: gammaGamma, Parameters: estimated(gammaGamma.Parameters()), Covariance: covariance(3), LogLikelihood: -3, Evaluations: 4, Customers: 5,
				}},
			}}},
			{channel: "e-mail", purchase: ofChannel, spend: spend.Model{Bands: []spend.Band{{From: 0, To: spend.MostRepeats, Mean: 3}}}},
		},
	}
	text, err := json.Marshal(modelFileOf(want))
	if err != nil {
		t.Fatal(err)
	}
	var file modelFile
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	got, err := file.models()
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v\nwant %+v", got, err, want)
	}
	// p + q ≤ 1: the mean alone serves.
	run := RunModel{models: got}
	if band := run.Spend(3); band.HasModel() || band.Mean != 99 {
		t.Errorf("%+v", band)
	}
	if mean := run.Spend(1).Mean; mean != 12.5 {
		t.Errorf("mean of one repeat: %g", mean)
	}
	// A file whose covariance was cut is refused.
	file.Purchase.Covariance = file.Purchase.Covariance[:2]
	if _, err := file.models(); err == nil {
		t.Error("a covariance of two parameters of four is accepted")
	}
}
