package batch

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/plan"
	"cbv/valuation/source"
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

// oddCampaign begins a campaign among the shop's customers, with contacts of every
// kind.
func oddCampaign(t *testing.T, c *config.Config) (string, *measuring) {
	t.Helper()
	const name = "spring"
	s := edgyShop(5)
	s.terms.Started, s.terms.WindowDays = "2023-11-20", 20
	var ids []string
	for _, raw := range readOrders(t, config.Config{Orders: config.Orders{Files: config.Files{"../../fixtures/shop/orders/*.parquet"}}}) {
		if raw.Customer != nil && !slices.Contains(ids, *raw.Customer) {
			ids = append(ids, *raw.Customer)
		}
	}
	renamed := map[string]string{}
	for i := range s.people {
		renamed[s.people[i].customer] = ids[i]
		s.people[i].customer, s.people[i].arm, s.people[i].day = ids[i], s.terms.Design.Arm(ids[i]), dayNumber("2023-11-20")+i%40
	}
	for i, row := range s.contacts {
		if row.At != nil {
			at := *row.At + int64(dayNumber("2023-11-20")-19_000)*86400e6
			s.contacts[i].At = &at
		}
		if row.Customer != nil && renamed[*row.Customer] != "" {
			id := renamed[*row.Customer]
			s.contacts[i].Customer = &id
		}
	}
	c.Out = filepath.Join(t.TempDir(), "out")
	s.assign(t, c.Out)
	c.Contacts.Files = config.Files{writeRows(t, "contacts.parquet", s.contacts)}
	columns := &c.Contacts.Columns
	columns.Arm, columns.Delivered, columns.Opened, columns.Clicked, columns.Cost = "arm", "delivered", "opened", "clicked", "cost"
	begun, err := campaign.Open(c.Out, name)
	if err != nil {
		t.Fatal(err)
	}
	m := &measuring{campaign: begun}
	if m.contacts, err = source.FindContacts(context.Background(), *c); err != nil {
		t.Fatal(err)
	}
	if m.parts, err = source.Find(context.Background(), "assignments", begun.Parts, false); err != nil {
		t.Fatal(err)
	}
	return name, m
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
	name, measuring := oddCampaign(t, &c)
	files, sides, err := find(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	job := testJob(c)
	entries, err := plan.Load(job.SQL, slices.Concat(plan.Nightly, plan.Measure[len(plan.Contract):]))
	if err != nil {
		t.Fatal(err)
	}
	for edge, query := range edges {
		path := filepath.Join(folder, edge+".sql")
		if err := os.WriteFile(path, []byte(query), 0o644); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, plan.Entry{Name: edge, Kind: plan.View, File: path, Makes: []string{edge}, SQL: query})
	}
	text, err := json.Marshal(entries)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "plan.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	for i := range entries {
		if k := entries[i].Kind; k == plan.File || k == plan.Lists || k == plan.Check {
			entries[i].Kind = plan.Table // so that it is there when it is kept
		}
	}
	store, err := openStore(ctx, job)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	r := &run{Job: job, store: store, shelf: store.Measurements(name), files: files, sides: sides, measuring: measuring, rows: map[string]int64{}}
	r.Progress = func(event Event) {
		if event.Kind != StepFinished {
			return
		}
		for _, name := range entries[event.Number-1].Makes {
			path := filepath.Join(folder, name+".parquet")
			if _, err := r.engine.File(ctx, "kept_"+name, "select * from "+name, []string{"all"}, path, map[string]string{"table": name}); err != nil {
				t.Error(err)
			}
		}
	}
	if err := r.walk(ctx, entries, folder, t.TempDir()); err != nil {
		t.Fatal(err)
	}
}
