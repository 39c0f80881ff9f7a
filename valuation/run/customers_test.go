package run

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
)

// Every step of Go among those of customers alone has an action, and each reads what an
// earlier one makes. They hold the orders to all that a run holds them to.
func TestCustomersAloneAreWhole(t *testing.T) {
	entries, err := customersAlone(sqlFiles)
	if err != nil {
		t.Fatal(err)
	}
	actions := wired(t).dryActions()
	made := map[string]bool{}
	for _, entry := range entries {
		if entry.Kind == pipeline.Go && actions[entry.Name] == nil {
			t.Errorf("step %s has no action", entry.Name)
		}
		for _, name := range entry.Reads {
			if !made[name] {
				t.Errorf("%s reads %s, which no earlier step makes", entry.Name, name)
			}
		}
		for _, name := range entry.Makes {
			made[name] = true
		}
		if isFile := entry.Kind == pipeline.File; isFile != (entry.Name == CustomersTable) {
			t.Errorf("%s is of kind %s", entry.Name, entry.Kind)
		}
	}
	has := func(name string) bool {
		return slices.ContainsFunc(entries, func(e pipeline.Entry) bool { return e.Name == name })
	}
	for name, want := range map[string]bool{
		"contract": true, "comparison": true, "suspicions": true, "customers_are_sound": true, "rows_add_up": true,
		"window_spends": false, "cohorts_add_up": false, "value_sums": false, "tracked_purchases": false,
	} {
		if has(name) != want {
			t.Errorf("step %s is carried out: %v, want %v", name, has(name), want)
		}
	}
}

// The customers alone are those of the whole run, byte for byte, also where that has an
// earlier run, reuses its parameters, and has each input there is.
func TestCustomersAloneAreThoseOfTheRun(t *testing.T) {
	t.Parallel()
	c := oddShop(t)
	c.Orders.Files = append(c.Orders.Files, oddLives(t, true))
	earlier := c
	earlier.Time.AsOf, earlier.Lists.Include = &config.Day{Time: c.Time.AsOf.AddDate(0, 0, -1)}, nil
	runBatch(t, earlier)
	for name, model := range map[string]string{"fitted": "", "reused": config.AutoModel} {
		if testing.Short() && model == "" {
			continue // fixtures/scripts/run_only.txtar fits
		}
		c.Run.Model = model
		alone := t.TempDir()
		written, err := WriteCustomers(context.Background(), testJob(c), filepath.Join(alone, "customers.parquet"))
		if err != nil {
			t.Fatal(err)
		}
		left, err := os.ReadDir(alone)
		if err != nil || len(left) != 1 {
			t.Errorf("%s: %d entries are in the folder, %v, want the file alone", name, len(left), err)
		}
		whole := runBatch(t, c)
		sameFiles(t, alone, whole.Folder, "customers.parquet")
		if want := whole.Manifest.Totals.Customers; written.Rows != want || !written.AsOf.Equal(c.Time.AsOf.Time) {
			t.Errorf("%s: written are %d customers of %s, want %d of %s", name, written.Rows, written.AsOf, want, c.Time.AsOf)
		}
	}
}

// A file that is there stays, and where the input is refused there is none.
func TestCustomersAloneAreWholeOrAbsent(t *testing.T) {
	t.Parallel()
	c := oddShop(t)
	taken := filepath.Join(t.TempDir(), "taken.parquet")
	if err := os.WriteFile(taken, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := WriteCustomers(context.Background(), testJob(c), taken); failure.KindOf(err) != failure.Usage {
		t.Errorf("a file that is there: %v, want a usage error", err)
	}
	if text, err := os.ReadFile(taken); string(text) != "mine" {
		t.Errorf("the file holds %q, %v", text, err)
	}
	c.Run.Strict = true
	folder := t.TempDir()
	if _, err := WriteCustomers(context.Background(), testJob(c), filepath.Join(folder, "customers.parquet")); failure.KindOf(err) != failure.Input {
		t.Errorf("under run.strict: %v, want it refused", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("a refused run leaves %v, %v", left, err)
	}
}
