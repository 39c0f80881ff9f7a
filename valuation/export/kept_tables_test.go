package export

import (
	"cmp"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"cbv/valuation/engine"
	"cbv/valuation/pipeline"
)

var tablesFolder = flag.String("tables", "", "folder in which to keep every table of an export, and the plan, for another engine to repeat")

// Every step of an export can be looked at, and repeated by another engine, on a
// second night on which people enter, leave and object.
func TestTablesCanBeKept(t *testing.T) {
	ctx := t.Context()
	folder := cmp.Or(*tablesFolder, t.TempDir())
	s := newShop(t)
	monday, tuesday := town(s)
	a := winback()
	a.Where, a.Lifecycle = "clv > 1 and lifecycle = 'active'", ""
	s.mustExport(monday, a)

	store := s.open()
	defer store.Close()
	shared, err := pipeline.NewContext(s.job())
	s.must(err)
	x := &export{Context: shared, store: store, audience: a, announce: func(Power) {}}
	s.must(x.prepare(ctx, tuesday))
	s.must(store.Reset())
	entries, err := pipeline.Load(sqlFiles, Steps)
	s.must(err)
	text, err := json.Marshal(entries)
	s.must(err)
	s.must(os.WriteFile(filepath.Join(folder, "plan.json"), text, 0o644))
	for i := range entries {
		if kind := entries[i].Kind; kind == pipeline.File || kind == pipeline.Check {
			entries[i].Kind = pipeline.Table // so that it is there when it is kept, and ends nothing
		}
	}
	x.Progress = func(event pipeline.Event) {
		if event.Kind != pipeline.StepFinished {
			return
		}
		for _, name := range entries[event.Number-1].Makes {
			kept := engine.File{Path: filepath.Join(folder, name+".parquet"), Key: []string{"all"}, Metadata: map[string]string{"table": name}}
			_, err := x.Engine.File(ctx, "kept_"+name, "select * from "+name, kept)
			s.must(err)
		}
	}
	s.must(x.Walk(ctx, pipeline.Walk{
		Entries: entries, Actions: x.Actions(), Diagnose: x.diagnose, Readable: x.readable(), Build: folder, Spill: store.Spill(),
	}))
}
