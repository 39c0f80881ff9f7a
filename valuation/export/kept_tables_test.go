package export

import (
	"cmp"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"cbv/valuation/plan"
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
	x := &export{Job: Job{Config: s.config, SQL: sqlFiles, Version: "test", Store: store, Run: tuesday, Audience: a, Announce: func(Power) {}}}
	s.must(x.prepare(ctx))
	s.must(store.Reset())
	entries, err := plan.Load(sqlFiles, plan.Export)
	s.must(err)
	text, err := json.Marshal(entries)
	s.must(err)
	s.must(os.WriteFile(filepath.Join(folder, "plan.json"), text, 0o644))
	x.engine, err = openEngine(ctx, s.config, sqlFiles, store.Spill(), folder, x.readable())
	s.must(err)
	defer x.engine.Close()
	for _, entry := range entries {
		if entry.Kind == plan.File || entry.Kind == plan.Check {
			entry.Kind = plan.Table // so that it is there when it is kept, and ends nothing
		}
		s.must(x.step(ctx, entry))
		for _, name := range entry.Makes {
			path := filepath.Join(folder, name+".parquet")
			_, err := x.engine.File(ctx, "kept_"+name, "select * from "+name, []string{"all"}, path, map[string]string{"table": name})
			s.must(err)
		}
	}
}
