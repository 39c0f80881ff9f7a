package valuation_test

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"cbv/valuation/export"
	"cbv/valuation/measurement"
	"cbv/valuation/pipeline"
	"cbv/valuation/run"
)

var sqlFiles = os.DirFS("../sql")

var plans = map[string][]pipeline.Step{
	"run": run.Nightly, "measure": measurement.Steps, "export": export.Steps, "audiences": export.SizeSteps,
}

func TestEveryFileIsAStepNamedAfterItsTable(t *testing.T) {
	planned := map[string]bool{}
	for _, steps := range plans {
		entries, err := pipeline.Load(sqlFiles, steps)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if entry.Kind == pipeline.Go {
				continue
			}
			planned[entry.File] = true
			header, err := pipeline.ParseHeader(entry.SQL)
			if err != nil {
				t.Fatal(err)
			}
			if header.Name != entry.Name {
				t.Errorf("%s: header says %s", entry.File, header.Name)
			}
			if !strings.HasPrefix(header.Grain, "one row") {
				t.Errorf("%s: grain %q does not say what one row is", entry.File, header.Grain)
			}
		}
	}
	err := fs.WalkDir(sqlFiles, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".sql" && path.Dir(name) != "engine" && !planned[name] {
			t.Errorf("%s is in no step", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStepsReadOnlyWhatIsMadeBefore(t *testing.T) {
	for plan, steps := range plans {
		entries, err := pipeline.Load(sqlFiles, steps)
		if err != nil {
			t.Fatal(err)
		}
		made := map[string]bool{}
		for _, entry := range entries {
			for _, name := range entry.Reads {
				if !made[name] {
					t.Errorf("%s: %s reads %s, which no earlier step makes", plan, entry.Name, name)
				}
			}
			for _, name := range entry.Makes {
				made[name] = true
			}
			if isKept := entry.Kind == pipeline.File || entry.Kind == pipeline.Lists; isKept != (len(entry.Key) > 0) {
				t.Errorf("%s: %s: a file has a sort key, and nothing else does", plan, entry.Name)
			}
		}
	}
}
