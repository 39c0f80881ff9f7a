package run

import (
	"cmp"
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
	"cbv/valuation/publication"
	"cbv/valuation/suspicion"
)

var tablesFolder = flag.String("tables", "", "folder in which to keep every table of a run, and the plan, for another engine to repeat")

// oddShop is a configuration that takes the branches of the SQL files: margins
// by row, orders that repeat and that have versions, merged customers, money of several
// currencies, attributes, local days of another zone, rows of every reason.
func oddShop(t *testing.T) config.Config {
	numbered := func(expression string) string {
		return strings.ReplaceAll(expression, "number", "cast(substr(order_id, 2) as bigint)")
	}
	c := config.Default()
	c.Out = filepath.Join(t.TempDir(), "out")
	c.Orders.Files = config.Files{"../../fixtures/shop/orders"}
	c.Orders.Grain = "order"
	c.Orders.Columns.OrderID = numbered("case when number % 50 = 0 then number - 1 when number % 11 <> 0 then number end")
	c.Orders.Columns.CustomerID = numbered("case number % 997 when 0 then '\u00a0 ' when 1 then '\t' else customer_id end")
	c.Orders.Columns.OrderedAt = numbered("timezone('UTC', case when number % 499 = 0 then timestamp '1850-01-01' else ordered_at end)")
	c.Orders.Columns.Amount = numbered("case when number % 71 = 0 then 0 when number % 13 = 0 then -amount else amount end")
	c.Orders.Columns.Margin = numbered("case number % 503 when 0 then null when 1 then cast('nan' as double) else amount * 0.415 end")
	c.Orders.Columns.Channel = numbered("case when number % 7 <> 0 then channel end")
	c.Orders.Columns.Currency = numbered("case when number % 17 = 0 then ' usd' when number % 509 <> 1 then 'EUR' end")
	// every second pair of rows that share an order_id has no version, and repeats
	c.Orders.Columns.Version = numbered("case when number % 100 not in (0, 99) then timezone('UTC', ordered_at + to_days(cast(number % 3 as integer))) end")
	c.Orders.Attributes = config.Attributes{
		{Name: "country", Text: numbered("case number % 4 when 0 then 'DE' when 1 then ' ' when 2 then 'Österreich' end")},
		{Name: "month", Text: "strftime(ordered_at, '%Y-%m')"},
		{Name: "start", Text: numbered("case number % 5 when 0 then 'DE' when 1 then 'de' when 2 then 'Österreich' end"), IsFirst: true},
		{Name: "item", Text: numbered("cast(number % 200 as varchar)"), IsFirst: true, IsMany: true},
	}
	c.Orders.Keep = numbered("case when number % 103 <> 0 then number % 101 <> 0 end")
	c.Orders.ZeroIsPurchase = true
	c.Identities.Files = config.Files{writeRows(t, "merged.parquet", oddIdentities())}
	c.Rates.Files = config.Files{writeRows(t, "rates.parquet", oddRates())}
	c.Spend.Files = config.Files{writeSpend(t, append(slices.Clone(oddSpend), dollars(spent("2023-02-09", "search", 412.5))))}
	c.Spend.Columns.Currency = "currency"
	c.Surveys.Files = config.Files{writeAnswers(t, oddAnswers(t))}
	c.Time.Zone = "America/New_York"
	c.Time.AsOf = &config.Day{Time: time.Date(2023, 12, 20, 0, 0, 0, 0, time.UTC)}
	return c
}

// rawIdentity is a row of a file of merged customers.
type rawIdentity struct {
	From string `parquet:"from"`
	To   string `parquet:"to"`
}

// oddIdentities merge customers of the shop, and one whose order comes back under
// another id.
func oddIdentities() []rawIdentity {
	return []rawIdentity{
		{"moved", "moved to"}, {"C00000834", "C00000835"}, {"C00000493", "C00000517"}, {"C00000836", "C00000517"}, {"nobody", "C00000294"},
	}
}

// rawRate is a row of a file of exchange rates.
type rawRate struct {
	Date     int32   `parquet:"date,date"`
	Currency string  `parquet:"currency"`
	Rate     float64 `parquet:"rate"`
}

// oddRates leave days without a rate before the first and after the last.
func oddRates() (rows []rawRate) {
	for day, rate := range map[string]float64{"2022-03-01": 0.9, "2022-08-15": 0.9871, "2023-02-10": 0.935, "2023-11-01": 0.9479} {
		rows = append(rows, rawRate{int32(dayNumber(day)), "USD", rate})
	}
	slices.SortFunc(rows, func(a, b rawRate) int { return cmp.Compare(a.Date, b.Date) })
	return rows
}

// dollars is spend in the other currency.
func dollars(row rawSpend) rawSpend {
	currency := "USD"
	row.Currency = &currency
	return row
}

// oddLives writes a file of orders that live on after their day, and returns its path: a
// part, all of it and more comes back, before it is booked and in another currency too.
// The number of an order decides of what kind it is: those that end in 99 have no
// version. Rows that the earlier run read are gone since, others are new.
func oddLives(t *testing.T, isEarlier bool) string {
	type live struct {
		rawOrder
		Quantity int64  `parquet:"quantity"` // not mapped, nor is the status
		Status   string `parquet:"status"`
	}
	var rows []live
	add := func(customer, order, day string, amount float64) {
		status := "paid"
		if amount < 0 {
			status = "refunded"
		}
		rows = append(rows, live{anOrder(t, customer, order, day, amount), int64(len(rows) % 3), status})
	}
	for _, row := range []struct {
		customer, order, day string
		amount               float64
	}{
		{"part in dollars", "O900099", "2023-02-01", 100}, {"part in dollars", "O900099", "2023-02-20", -30}, {"part in dollars", "O900099", "2023-03-10", -20},
		{"all", "O900199", "2023-02-01", 80}, {"all", "O900199", "2023-02-04", -80},
		{"more", "O900299", "2023-02-01", 60}, {"more", "O900299", "2023-03-01", -70}, {"more", "O901399", "2023-04-01", 25},
		{"before", "O900399", "2023-03-05", -10}, {"before", "O900399", "2023-03-09", 40},
		{"moved", "O900499", "2023-05-01", 50}, {"moved to", "O900499", "2023-05-20", -50}, {"moved to", "O900599", "2023-06-20", 35},
		{"first undone", "O900699", "2023-01-01", 80}, {"first undone", "O900699", "2023-02-04", -80}, {"first undone", "O900799", "2023-03-01", 50},
		{"all in dollars", "O901799", "2023-10-01", 70}, {"all in dollars", "O901799", "2023-11-20", -70},
		{"versions", "O900002", "2023-04-01", 30}, {"versions", "O900002", "2023-04-05", 45}, {"versions", "O900002", "2023-04-05", -5},
		{"young", "O901099", "2023-12-17", 90}, {"young", "O901099", "2023-12-18", -90},
		{"Again", "O902199", "2023-08-01", 10}, {"Again", "O902199", "2023-08-01", 10}, {"again ", "O902299", "2023-08-02", 10},
		{"C00000294", "O0000002068", "2023-08-03", 20.49}, // of another file
		{"later", "O900899", "2023-12-10", 90}, {"later", "O900899", "2023-12-22", -90},
	} {
		add(row.customer, row.order, row.day, row.amount)
	}
	if isEarlier {
		add("gone", "O901299", "2023-07-01", 20)
		add("gone, moved", "O901499", "2023-07-02", 20)
		add("all", "O901599", "2023-07-03", 20)
	} else {
		add("moved to", "O901499", "2023-07-02", 20)
		add("late", "O901699", "2023-07-04", 20)
		add("all", "O901599", "2023-07-03", 15)
	}
	return writeRows(t, "orders.parquet", rows)
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
// tables, those that Go makes among them, can be written to Parquet. So can what a check
// makes besides. The files are compared with those of the run of the day before.
func TestTablesCanBeKept(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	folder := cmp.Or(*tablesFolder, t.TempDir())
	c := oddShop(t)
	lives := oddLives(t, true)
	c.Orders.Files = append(c.Orders.Files, lives)
	earlier := c
	earlier.Time.AsOf, earlier.Lists.Include = &config.Day{Time: c.Time.AsOf.AddDate(0, 0, -1)}, nil
	runBatch(t, earlier)
	if err := os.Rename(oddLives(t, false), lives); err != nil {
		t.Fatal(err)
	}
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
	entries := pipelinetest.Keep(t, r.Context, slices.Concat(Nightly, intake.Starts), folder, more...)
	pipelinetest.HoldGoTables(t, r.Context, entries)
	earlierTables, err := r.runs.Paths(suspicion.EarlierTables...)
	if err != nil {
		t.Fatal(err)
	}
	err = r.Walk(ctx, pipeline.Walk{
		Entries: entries, Actions: r.actions, Readable: append(r.intake.Readable(), earlierTables...), Build: folder, Spill: t.TempDir(), Diagnose: r.intake.Diagnose,
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.suspicion.Earlier.ID == "" {
		t.Errorf("the earlier run is not compared: %s", r.suspicion.Earlier.WhyNone)
	}
}
