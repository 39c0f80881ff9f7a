package measurement

import (
	"cmp"
	"flag"
	"fmt"
	"testing"
	"time"

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
	s.orders = append(s.orders, spreadOrders(s.people[:80])...)
	job := testJob(s.write(t))
	store, err := publication.Open(ctx, job)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	m, err := prepare(ctx, job, store, s.terms.Design.Campaign, nil)
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

// spreadOrders are orders that were bought on two days, and of which nothing, a part, all
// and more came back in between or later.
func spreadOrders(people []assigned) (orders []rawPurchase) {
	for i, person := range people {
		book := func(day int, minor int64) {
			at := time.Unix(int64(person.day+day)*86400+43200, 0)
			orders = append(orders, rawPurchase{person.customer, at, minor, fmt.Sprint("spread", i)})
		}
		book(-8, 3001)
		if i%8 >= 4 {
			book(-6, -1234)
		}
		book(-3, 1999)
		switch i % 4 {
		case 1:
			book(-1, -700)
			book(2, -1500)
		case 2:
			book(3, -5000)
		case 3:
			book(-2, -2600)
			book(1, -2650)
		}
	}
	return orders
}
