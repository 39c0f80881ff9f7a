package run

import (
	"cmp"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
	"cbv/valuation/publication"
)

var tablesFolder = flag.String("tables", "", "folder in which to keep every table of a run, and the plan, for another engine to repeat")

// oddShop is a configuration that takes the branches of the SQL files: margins
// by row, orders that repeat, local days of another zone, rows of every reason.
func oddShop() config.Config {
	numbered := func(expression string) string {
		return strings.ReplaceAll(expression, "number", "cast(substr(order_id, 2) as bigint)")
	}
	c := config.Default()
	c.Orders.Files = config.Files{"../../fixtures/shop/orders"}
	c.Orders.Grain = "order"
	c.Orders.Columns.OrderID = numbered("case when number % 50 = 0 then number - 1 when number % 11 <> 0 then number end")
	c.Orders.Columns.CustomerID = numbered("case number % 997 when 0 then '\u00a0 ' when 1 then '\t' else customer_id end")
	c.Orders.Columns.OrderedAt = numbered("timezone('UTC', case when number % 499 = 0 then timestamp '1850-01-01' else ordered_at end)")
	c.Orders.Columns.Amount = numbered("case when number % 71 = 0 then 0 when number % 13 = 0 then -amount else amount end")
	c.Orders.Columns.Margin = numbered("case number % 503 when 0 then null when 1 then cast('nan' as double) else amount * 0.415 end")
	c.Orders.Columns.Channel = numbered("case when number % 7 <> 0 then channel end")
	c.Orders.Keep = numbered("number % 101 <> 0")
	c.Orders.ZeroIsPurchase = true
	c.Time.Zone = "America/New_York"
	c.Time.AsOf = &config.Day{Time: time.Date(2023, 12, 20, 0, 0, 0, 0, time.UTC)}
	return c
}

// edges are SELECTs that take the macros where engines may part.
var edges = map[string]string{
	"edge_texts": `
select content, is_blank(content) as blank, id_bucket(content, 10000) as bucket, bucket(content) as campaign_bucket
from (values (''), (' '), ('` + "\t'), ('\n'), ('\u00a0'), (' \u3000 '), ('\u200f'), ('0012'), ('a\n'), ('Zoë 🛒" + `'), (null)) as texts (content)`,
	"edge_numbers": `
select number, is_finite(number) as finite, case when is_finite(number) then to_minor(number, 100) end as minor
from (values (0.005e0), (-0.005e0), (0.015e0), (1.005e0), (2.675e0), (0.0049999999999999e0), (-0e0), (1e12), (-99999999.995e0),
    (cast('nan' as double)), (cast('infinity' as double)), (cast('-infinity' as double)), (null)) as numbers (number)`,
}

// Every step of the plan can be looked at, and repeated by another engine: its
// tables, those that Go makes among them, can be written to Parquet.
func TestTablesCanBeKept(t *testing.T) {
	ctx := context.Background()
	folder := cmp.Or(*tablesFolder, t.TempDir())
	c := oddShop()
	c.Spend.Files, c.Surveys.Files = config.Files{writeSpend(t, oddSpend)}, config.Files{writeAnswers(t, oddAnswers(t))}
	c.Spend.Columns.Currency = "currency"
	inputs, err := intake.Find(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	job := testJob(c)
	store, err := publication.Open(ctx, job)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	r, err := newRun(ctx, job, inputs, store)
	if err != nil {
		t.Fatal(err)
	}
	var more []pipeline.Entry
	for edge, query := range edges {
		path := filepath.Join(folder, edge+".sql")
		if err := os.WriteFile(path, []byte(query), 0o644); err != nil {
			t.Fatal(err)
		}
		more = append(more, pipeline.Entry{Name: edge, Kind: pipeline.View, File: path, Makes: []string{edge}, SQL: query})
	}
	entries := pipelinetest.Keep(t, r.Context, Nightly, folder, more...)
	pipelinetest.HoldGoTables(t, r.Context, entries)
	err = r.Walk(ctx, pipeline.Walk{
		Entries: entries, Actions: r.actions, Readable: r.intake.Readable(), Build: folder, Spill: t.TempDir(), Diagnose: r.intake.Diagnose,
	})
	if err != nil {
		t.Fatal(err)
	}
}
