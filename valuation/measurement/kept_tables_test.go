package measurement

import (
	"cmp"
	"flag"
	"testing"

	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
	"cbv/valuation/publication"
)

var tablesFolder = flag.String("tables", "", "folder in which to keep every table of a measurement, and the plan, for another engine to repeat")

// Every step of a measurement can be looked at, and repeated by another engine.
func TestTablesCanBeKept(t *testing.T) {
	ctx := t.Context()
	folder := cmp.Or(*tablesFolder, t.TempDir())
	s := edgyShop(5)
	job := testJob(s.write(t))
	store, err := publication.Open(ctx, job)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	m, err := prepare(ctx, job, store, s.terms.Design.Campaign)
	if err != nil {
		t.Fatal(err)
	}
	entries := pipelinetest.Keep(t, m.Context, Steps, folder)
	pipelinetest.HoldGoTables(t, m.Context, entries)
	err = m.Walk(ctx, pipeline.Walk{
		Entries: entries, Actions: pipeline.Join(m.in.Actions(), m.Actions()), Diagnose: m.diagnose,
		Readable: m.readable(), Build: folder, Spill: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
}
