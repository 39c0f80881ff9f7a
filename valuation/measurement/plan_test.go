package measurement

import (
	"cmp"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"cbv/valuation/engine"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
)

func TestEveryGoStepHasAnAction(t *testing.T) {
	own := (&Measurement{}).Actions()
	all := pipeline.Join((&intake.Intake{}).Actions(), own)
	for _, step := range Steps {
		if (step.Kind == pipeline.Go) != (all[step.Name] != nil) {
			t.Errorf("%s is %s, and its action is %v", step.Name, step.Kind, all[step.Name] != nil)
		}
		delete(own, step.Name)
	}
	for name := range own {
		t.Errorf("%s is no step", name)
	}
}

var tablesFolder = flag.String("tables", "", "folder in which to keep every table of a measurement, and the plan, for another engine to repeat")

// Every step of a measurement can be looked at, and repeated by another engine.
func TestTablesCanBeKept(t *testing.T) {
	ctx := t.Context()
	folder := cmp.Or(*tablesFolder, t.TempDir())
	job := testJob(edgyShop(5).write(t))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	entries, err := pipeline.Load(job.SQL, Steps)
	must(err)
	text, err := json.Marshal(entries)
	must(err)
	must(os.WriteFile(filepath.Join(folder, "plan.json"), text, 0o644))
	for i := range entries {
		if kind := entries[i].Kind; kind == pipeline.File || kind == pipeline.Check {
			entries[i].Kind = pipeline.Table // so that it is there when it is kept, and ends nothing
		}
	}
	store, err := publication.Open(ctx, job)
	must(err)
	defer store.Close()
	m, err := prepare(ctx, job, store, "spring")
	must(err)
	m.Progress = func(event pipeline.Event) {
		if event.Kind != pipeline.StepFinished {
			return
		}
		for _, name := range entries[event.Number-1].Makes {
			kept := engine.File{Path: filepath.Join(folder, name+".parquet"), Key: []string{"all"}, Metadata: map[string]string{"table": name}}
			_, err := m.Engine.File(ctx, "kept_"+name, "select * from "+name, kept)
			must(err)
		}
	}
	must(m.Walk(ctx, pipeline.Walk{
		Entries: entries, Actions: pipeline.Join(m.in.Actions(), m.Actions()), Diagnose: m.diagnose, Readable: m.readable(), Build: folder, Spill: store.Spill(),
	}))
}
