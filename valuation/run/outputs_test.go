package run

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/parquetfile"
	"cbv/valuation/schema"
	"cbv/valuation/simulation"
)

// publishedAsDescribed wants every published column described, in order and with its
// type, and nothing missing that is described.
func publishedAsDescribed(t *testing.T, result Result) {
	t.Helper()
	tablesAreAsDescribed(t, result.Folder, schema.Tables)
	for _, name := range []string{"manifest.json", "model.json", "schema.json", "timing.json"} {
		if _, err := os.Stat(filepath.Join(result.Folder, name)); err != nil {
			t.Error(err)
		}
	}
}

// tablesAreAsDescribed holds the Parquet files of a folder to their description.
func tablesAreAsDescribed(t *testing.T, folder string, tables []schema.Table) {
	t.Helper()
	described := map[string]bool{}
	for _, table := range tables {
		described[table.Name+".parquet"] = true
		footer, err := parquetfile.ReadFooter(filepath.Join(folder, table.Name+".parquet"))
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, column := range footer.Columns {
			got = append(got, column.Name+" "+column.Type)
		}
		for _, column := range table.Columns {
			want = append(want, column.Name+" "+column.Type)
			if column.Meaning == "" {
				t.Errorf("%s.%s has no meaning", table.Name, column.Name)
			}
		}
		holdDeclared(t, folder, table)
		if !slices.Equal(got, want) {
			t.Errorf("%s has columns\n%v, described as\n%v", table.Name, got, want)
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !described[filepath.Base(file)] {
			t.Errorf("%s is published and not described", filepath.Base(file))
		}
	}
}

// holdDeclared wants no null where none is declared, and no value that is not declared where
// some are.
func holdDeclared(t *testing.T, folder string, table schema.Table) {
	t.Helper()
	_, err := parquetfile.ReadRecords(filepath.Join(folder, table.Name+".parquet"), func(row parquetfile.Record) bool {
		for _, column := range table.Columns {
			value := row[column.Name]
			if value == nil && !table.IsNullable(column.Name) {
				t.Fatalf("%s: %s is null in %v", table.Name, column.Name, row)
			}
			if text, isText := value.(string); isText {
				if values := table.Values(column.Name); values != nil && !slices.Contains(values, text) {
					t.Fatalf("%s: %s is %q, declared are %q", table.Name, column.Name, text, values)
				}
			}
		}
		return false
	})
	if err != nil {
		t.Fatal(err)
	}
}

const retentionCost, cac = 0.5, 9.0 // of the marked shop

// markedShop is the run of a shop whose customers get every mark there is.
func markedShop(t *testing.T) sharedRun {
	t.Helper()
	return runShared(t, "marked", func(folder string) config.Config {
		options := simulation.Default()
		options.Customers, options.Returns = 5000, 0.1
		c, _ := simulatedIn(t, folder, options)
		cost := cac
		c.Value.RetentionCost, c.Value.CAC = retentionCost, &cost
		return c
	})
}

// The verdict is recomputed from the published columns and the manifest's
// model by other means: the closed formulas, one customer at a time.
func TestTheMarkIsAsDefined(t *testing.T) {
	t.Parallel()
	result := markedShop(t).Result
	kpi := func(name string) float64 { return *result.Figures.Base[name].Value }
	replacement := math.Max(0, kpi("first_order_margin")+kpi("newcomer_clv")-cac)
	if !(math.Abs(replacement-kpi("replacement")) <= 0.0151) { // three roundings to the cent
		t.Errorf("replacement %.2f, want %.2f", kpi("replacement"), replacement)
	}
	if kpi("later_return_share") <= 0 || kpi("later_return_share") > 0.2 {
		t.Errorf("later_return_share %g of a base that returns a part of a tenth of its purchases", kpi("later_return_share"))
	}
	median := kpi("median_days_to_second_purchase")
	marks := map[string]int{}
	for _, row := range readCustomers(t, result.Folder) {
		keep := *row.CLV - retentionCost - kpi("replacement")
		if !(math.Abs(keep-*row.KeepValue) <= 0.0151) {
			t.Fatalf("%s: keep_value %.2f, want %.2f", *row.ID, *row.KeepValue, keep)
		}
		if !(math.Abs(*row.Historic+*row.CLV-*row.Lifetime) <= 1e-6) {
			t.Fatalf("%s: lifetime %.2f, want %.2f + %.2f", *row.ID, *row.Lifetime, *row.Historic, *row.CLV)
		}
		if math.Abs(keep) < 0.02 || math.Abs(*row.CLV-kpi("keep_floor")) < 0.02 {
			continue // rounding decides
		}
		mark := "acquisition_lookalike"
		if keep > 0 && *row.CLV >= kpi("keep_floor") {
			mark = "retain"
		}
		if *row.Mark != mark {
			t.Fatalf("%s: %s with keep_value %.2f", *row.ID, *row.Mark, keep)
		}
		if isNew := *row.Repeats == 0 && float64(*row.Age) < median; isNew != (*row.Lifecycle == "new") {
			t.Fatalf("%s: lifecycle %s at x %d, T %d, median %g", *row.ID, *row.Lifecycle, *row.Repeats, *row.Age, median)
		}
		bound := 0.1 * (retentionCost + kpi("replacement"))
		if near := math.Abs(keep) < bound-0.02; near && *row.MarkReason != "borderline" {
			t.Fatalf("%s: %s with keep_value %.2f", *row.ID, *row.MarkReason, keep)
		}
		marks[*row.MarkReason]++
	}
	for _, reason := range []string{"borderline", "worth_more", "new_onboard", "lapsed", "no_better_than_new"} {
		if marks[reason] == 0 {
			t.Errorf("no customer is marked %s", reason)
		}
	}
}

// Tenths of the repeat customers to retain are seeds, and they are the most valuable.
func TestSeedsAreTheTopTenthOfRepeatersToRetain(t *testing.T) {
	t.Parallel()
	var seeds, others []float64
	for _, row := range readCustomers(t, markedShop(t).Folder) {
		switch {
		case *row.Seed && *row.Repeats == 0:
			t.Fatalf("%s is a seed without a repeat", *row.ID)
		case *row.Seed && *row.Mark != "retain":
			t.Fatalf("%s is a seed, and marked %s", *row.ID, *row.Mark)
		case *row.Seed:
			seeds = append(seeds, *row.Lifetime)
		case *row.Repeats > 0 && *row.Mark == "retain":
			others = append(others, *row.Lifetime)
		}
	}
	if slices.Min(seeds) <= slices.Max(others) {
		t.Errorf("a seed is worth %g, another repeater %g", slices.Min(seeds), slices.Max(others))
	}
	if share := float64(len(seeds)) / float64(len(seeds)+len(others)); !(math.Abs(share-0.1) <= 0.005) {
		t.Errorf("%.3f of the repeaters to retain are seeds", share)
	}
}

// Scores depend on the value alone and follow the cut points in the manifest.
func TestScoresFollowTheCutPoints(t *testing.T) {
	t.Parallel()
	result := runCDNOW(t, "cdnow_master.parquet", "1998-06-15", false)
	cuts := result.Manifest.RFMCuts
	for _, row := range readCustomers(t, result.Folder) {
		r, f, m := 1, 0, 5
		for i, bound := range cuts.RecencyDays {
			if *row.Since <= bound {
				r = 5 - i
				break
			}
		}
		for _, bound := range cuts.Purchases {
			if *row.Purchases >= bound {
				f++
			}
		}
		for i, bound := range cuts.Monetary {
			if minor(row.Revenue) <= parseCents(t, bound) {
				m = i + 1
				break
			}
		}
		if int(*row.RScore) != r || int(*row.FScore) != f || int(*row.MScore) != m {
			t.Fatalf("%s: scores %d%d%d, want %d%d%d", *row.ID, *row.RScore, *row.FScore, *row.MScore, r, f, m)
		}
	}
	// Pinned, the cut points give the same scores again.
	pinned := cdnow(t, "cdnow_master.parquet", "1998-06-15", false)
	pinned.Run.Model = result.Folder // on the base of the fit the fitted parameters change nothing
	for _, days := range cuts.RecencyDays {
		pinned.RFM.RecencyCuts = append(pinned.RFM.RecencyCuts, int(days))
	}
	for _, money := range cuts.Monetary {
		pinned.RFM.MonetaryCuts = append(pinned.RFM.MonetaryCuts, float64(parseCents(t, money))/100)
	}
	sameFiles(t, result.Folder, runBatch(t, pinned, "customers", "segments", "kpis").Folder, "customers.parquet", "segments.parquet", "kpis.parquet")
}

func parseCents(t *testing.T, text string) int64 {
	t.Helper()
	amount, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return int64(math.Round(amount * 100))
}
