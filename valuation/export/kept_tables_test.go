package export

import (
	"cmp"
	"flag"
	"testing"

	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
)

var tablesFolder = flag.String("tables", "", "folder in which to keep every table of an export, and the plan, for another engine to repeat")

// Every step of an export can be looked at, and repeated by another engine, on a
// second run in which people enter, leave, object and are merged.
func TestTablesCanBeKept(t *testing.T) {
	ctx := t.Context()
	folder := cmp.Or(*tablesFolder, t.TempDir())
	s := newShop(t)
	monday, tuesday := town(s)
	a := winback()
	a.Where, a.Lifecycle = "clv > 1 and lifecycle = 'active'", ""
	s.mustExport(monday, a)
	s.merge([2]string{"1002", "1009"}, [2]string{"1004", "1010"}, [2]string{"former", "1001"})

	store := s.open()
	defer store.Close()
	shared, err := pipeline.NewContext(s.job())
	s.must(err)
	x := &export{Context: shared, store: store, audience: a, announce: func(Power) {}}
	s.must(x.prepare(ctx, tuesday))
	s.must(store.Reset())
	entries := pipelinetest.Keep(t, shared, Steps, folder)
	pipelinetest.HoldGoTables(t, shared, entries)
	s.must(x.Walk(ctx, pipeline.Walk{
		Entries: entries, Actions: x.Actions(), Diagnose: x.diagnose, Readable: x.readable(), Build: folder, Spill: store.Spill(),
	}))
}
