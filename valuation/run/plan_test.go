package run

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/export"
	"cbv/valuation/intake"
	"cbv/valuation/measurement"
	"cbv/valuation/movement"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
	"cbv/valuation/schema"
	"cbv/valuation/scoring"
)

var sqlFiles = os.DirFS("../../sql")

// actions are those of a run of which nothing is known yet.
func actions(t *testing.T) pipeline.Actions { return wired(t).actions }

func wired(t *testing.T) *nightly {
	t.Helper()
	c, err := pipeline.NewContext(pipeline.Job{Config: config.Default()})
	if err != nil {
		t.Fatal(err)
	}
	return wire(c, intake.Inputs{}, scoring.RunModel{})
}

func TestNightlyIsWhole(t *testing.T) {
	pipelinetest.Plan(t, sqlFiles, Nightly, actions(t))
}

// What a check and a backtest leave out of a run has actions all the same.
func TestDryRunsHaveTheirActions(t *testing.T) {
	all := wired(t).dryActions()
	for _, steps := range [][]pipeline.Step{Checked, Tested} {
		for _, step := range steps {
			if step.Kind == pipeline.Go && all[step.Name] == nil {
				t.Errorf("step %s has no action", step.Name)
			}
		}
	}
	if last := Checked[len(Checked)-1].Name; last != "starts" {
		t.Errorf("a check ends with %s", last)
	}
	if last := Tested[len(Tested)-1].Name; last != "backtest" {
		t.Errorf("a backtest ends with %s", last)
	}
}

// plans are all plans that read SQL.
func plans(t *testing.T) []pipeline.Entry {
	t.Helper()
	entries, err := pipeline.Load(sqlFiles, slices.Concat(Nightly, intake.Starts, export.Steps, export.SizeSteps, measurement.Steps, movement.Listed))
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestEveryFileIsInAPlan(t *testing.T) {
	planned := map[string]bool{}
	for _, entry := range plans(t) {
		planned[entry.File] = true
	}
	err := fs.WalkDir(sqlFiles, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".sql" && path.Dir(name) != "engine" && !planned[name] {
			t.Errorf("%s is in no plan", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The plan is written layer after layer: the layer of a step never falls. Checks come
// after all of them.
func TestLayersFollowEachOther(t *testing.T) {
	entries, err := pipeline.Load(sqlFiles, Nightly)
	if err != nil {
		t.Fatal(err)
	}
	order := []string{"intake", "facts", "acquisition", "models", "value", "verdict", "audit", "kpis", "movement", "lists", "checks"}
	last := 0
	for _, entry := range entries {
		if entry.Kind == pipeline.Go {
			continue
		}
		layer := slices.Index(order, path.Dir(entry.File))
		if layer < last {
			t.Errorf("%s, of layer %s, stands after layer %s", entry.Name, path.Dir(entry.File), order[max(0, last)])
		}
		last = max(last, layer)
	}
}

// What the schema describes is made by a step.
func TestEveryPublishedTableHasAStep(t *testing.T) {
	published := map[string]bool{"assigned": true} // which an export writes row by row
	for _, entry := range plans(t) {
		if entry.Kind == pipeline.File {
			published[entry.Name] = true
		}
	}
	for _, table := range schema.All() {
		if !published[table.Name] {
			t.Errorf("the schema describes %s, which no step publishes", table.Name)
		}
	}
}

// The keys that the schema declares are those by which the plans sort and hold the files.
func TestKeysAreDeclared(t *testing.T) {
	for _, entry := range plans(t) {
		if entry.Kind != pipeline.File {
			continue
		}
		for _, table := range schema.All() {
			if table.Name == entry.Name && !slices.Equal(table.Key(), entry.Key) {
				t.Errorf("%s: declared is the key %v, the plan has %v", entry.Name, table.Key(), entry.Key)
			}
		}
	}
}

// customer_days, a row per customer and day, is the largest table but for the rows
// themselves: nothing reads it after the models, so that it is dropped before the models'
// scores meet the customers and the wide table is sorted.
func TestCustomerDaysAreDroppedBeforeTheWideSort(t *testing.T) {
	entries, err := pipeline.Load(sqlFiles, Nightly)
	if err != nil {
		t.Fatal(err)
	}
	readers, lastOfModels := 0, 0
	for i, entry := range entries {
		if path.Dir(entry.File) == "models" {
			lastOfModels = i
		}
	}
	for i, tables := range pipeline.TablesRead(entries) {
		if !slices.Contains(tables, "customer_days") {
			continue
		}
		readers++
		if i > lastOfModels {
			t.Errorf("%s reads customer_days after the models", entries[i].Name)
		}
	}
	if readers == 0 {
		t.Error("nothing reads customer_days: the test does not see it")
	}
}
