package run

import (
	"path/filepath"
	"slices"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/simulation"
)

// anOrder is a row of an order by a customer of a day.
func anOrder(t *testing.T, customer, order, day string, amount float64) rawOrder {
	t.Helper()
	at, channel := int64(dayNumber(day))*86400e6+43200e6, "search"
	return rawOrder{OrderID: &order, Customer: &customer, At: &at, Amount: &amount, Channel: &channel}
}

// shopWithout is a simulated shop without returns, and its rows.
func shopWithout(t *testing.T, customers int) (config.Config, []rawOrder) {
	t.Helper()
	options := simulation.Default()
	options.Customers, options.Returns = customers, 0
	c, _ := simulated(t, options)
	c.Orders.Returns = "order"
	return c, readOrders(t, c)
}

// withRows returns a configuration whose orders are the rows.
func withRows(t *testing.T, c config.Config, rows []rawOrder) config.Config {
	t.Helper()
	c.Orders.Files, c.Out = config.Files{writeOrders(t, rows)}, filepath.Join(t.TempDir(), "out")
	return c
}

// An order that was paid back in full makes nobody a repeat customer, and is nobody's
// only purchase; netted within the day it does both.
func TestAVoidedOrderIsNone(t *testing.T) {
	t.Parallel()
	c, rows := shopWithout(t, 1500)
	for _, row := range []struct {
		customer, order, day string
		amount               float64
	}{
		{"one", "q1", "2023-03-01", 50},
		{"one and a void", "q2", "2023-03-01", 50}, {"one and a void", "q3", "2023-06-01", 80}, {"one and a void", "q3", "2023-06-04", -80},
		{"void only", "q4", "2023-06-01", 80}, {"void only", "q4", "2023-06-04", -80},
		{"void first", "q5", "2023-01-01", 80}, {"void first", "q5", "2023-01-04", -80}, {"void first", "q6", "2023-03-01", 50},
		{"half", "q7", "2023-03-01", 100}, {"half", "q7", "2023-03-20", -50},
	} {
		rows = append(rows, anOrder(t, row.customer, row.order, row.day, row.amount))
	}
	margins := []string{"rate", "column"}
	if testing.Short() {
		margins = margins[1:]
	}
	for _, margin := range margins {
		c := withRows(t, c, rows)
		if margin == "column" {
			c.Value.MarginRate, c.Orders.Columns.Margin = nil, "case when amount > 0 then amount * 0.3 else amount * 0.25 end"
		}
		result := runBatch(t, c, "warnings", "customers")
		customers := map[string]customerRow{}
		for _, row := range readCustomers(t, result.Folder) {
			customers[*row.ID] = row
		}
		one := customers["one"]
		for _, id := range []string{"one and a void", "void first", "half"} {
			row := customers[id]
			if *row.Purchases != 1 || *row.First != *one.First || *row.Revenue != 50 || *row.MeanValue != 50 || *row.CLV != *one.CLV || *row.Segment != *one.Segment || *row.Mark != *one.Mark {
				t.Errorf("%s: %d purchases from %s on, revenue %g, mean %g, clv %g, %s, %s; one has clv %g, %s, %s", id, *row.Purchases, dateText(int(*row.First)),
					*row.Revenue, *row.MeanValue, *row.CLV, *row.Segment, *row.Mark, *one.CLV, *one.Segment, *one.Mark)
			}
		}
		// Margin moves with the rows: 30 - 0.25 × 50 of the half, and 4 of a void.
		want := map[string]float64{"one": 15, "half": 15, "one and a void": 15, "void first": 15}
		if margin == "column" {
			want = map[string]float64{"one": 15, "half": 17.5, "one and a void": 19, "void first": 19}
		}
		for id, margin := range want {
			if got := *customers[id].Margin; got != margin {
				t.Errorf("%s has a margin of %g, want %g", id, got, margin)
			}
		}
		if _, known := customers["void only"]; known || *result.Figures.Base["returns_only_customers"].Value != 1 {
			t.Error("who voided the only order has a purchase")
		}
		if got := *result.Figures.Base["later_return_share"].Value; got != 0 {
			t.Errorf("%g is returned of no purchase", got)
		}

		c.Orders.Returns = "same_day"
		for _, row := range readCustomers(t, runBatch(t, c, "customers").Folder) {
			if want := map[string]int64{"one": 1, "one and a void": 2, "void only": 1, "void first": 2, "half": 1}[*row.ID]; want > 0 && *row.Purchases != want {
				t.Errorf("netted within the day, %s has %d purchases, want %d", *row.ID, *row.Purchases, want)
			}
		}
	}
}

// voided returns rows with every fifth of the orders between two days returned in full,
// so many days after the first of the returns at the most.
func voided(t *testing.T, rows []rawOrder, from, to, returned string) []rawOrder {
	t.Helper()
	rows = slices.Clone(rows)
	for i, row := range rows {
		day := int(*row.At / 86400e6)
		if i%5 == 0 && day >= dayNumber(from) && day <= dayNumber(to) {
			back, at := -*row.Amount, int64(dayNumber(returned)+i%3)*86400e6
			rows = append(rows, rawOrder{OrderID: row.OrderID, Customer: row.Customer, At: &at, Amount: &back, Channel: row.Channel})
		}
	}
	return rows
}

// A run of an earlier day sees nothing of what was booked later, and its backtest
// nothing of what was booked after its cutoff: orders that are returned then were
// orders, and whoever has no other is a customer.
func TestAVoidIsNotKnownBeforeItIsBooked(t *testing.T) {
	if testing.Short() {
		t.Skip("five runs")
	}
	c, rows := shopWithout(t, 1500)
	plain := runBatch(t, withRows(t, c, rows))
	cutoff := plain.Manifest.Backtest.Cutoff
	after := dateText(dayNumber(cutoff) + 1)
	later := voided(t, rows, dateText(dayNumber(cutoff)-120), cutoff, after)
	result := runBatch(t, withRows(t, c, later))
	was, is := plain.Manifest.Backtest, result.Manifest.Backtest
	if is.Cutoff != cutoff || is.Known != was.Known || is.Customers != was.Customers || is.Newcomers != was.Newcomers {
		t.Errorf("known at %s: %d, %d read, %d acquired later; without the later returns %d, %d, %d", is.Cutoff, is.Known, is.Customers, is.Newcomers, was.Known, was.Customers, was.Newcomers)
	}
	if is.Purchases.Expected != was.Purchases.Expected || is.Purchases.Actual != was.Purchases.Actual || is.Margin.Expected != was.Margin.Expected {
		t.Errorf("purchases %g and %g, margin %g; without the later returns %g and %g, %g",
			is.Purchases.Expected, is.Purchases.Actual, is.Margin.Expected, was.Purchases.Expected, was.Purchases.Actual, was.Margin.Expected)
	}
	if is.Margin.Actual >= was.Margin.Actual {
		t.Errorf("what came back after the cutoff is missing from the margin: %g, without %g", is.Margin.Actual, was.Margin.Actual)
	}
	if now, then := len(readCustomers(t, result.Folder)), len(readCustomers(t, plain.Folder)); now >= then {
		t.Errorf("%d customers, %d before the returns: nobody lost the only order", now, then)
	}
	known := runBatch(t, withRows(t, c, voided(t, rows, dateText(dayNumber(cutoff)-120), dateText(dayNumber(cutoff)-3), dateText(dayNumber(cutoff)-2)))).Manifest.Backtest
	if known.Known >= was.Known || known.Purchases.Expected >= was.Purchases.Expected {
		t.Errorf("what came back by the cutoff changes nothing: %+v", known)
	}

	early := parseDay(t, cutoff)
	then, now := withRows(t, c, rows), withRows(t, c, later)
	then.Time.AsOf, now.Time.AsOf = early, early
	sameFiles(t, runBatch(t, then).Folder, runBatch(t, now).Folder, "customers.parquet", "segments.parquet", "kpis.parquet", "cohorts.parquet", "lenses.parquet", "backtest.parquet")
}

// Parameters that are reused were fitted on what was known on their day: a return booked
// since moves none of them, and undoes its order in the run that reuses them.
func TestAVoidAfterAReusedDay(t *testing.T) {
	t.Parallel()
	c, rows := shopWithout(t, 1500)
	const fitted, last = "2023-10-31", "2023-12-31"
	rows = append(rows, anOrder(t, "two", "q1", "2023-03-01", 50), anOrder(t, "two", "q2", "2023-10-30", 80))
	early := withRows(t, c, rows)
	early.Time.AsOf = parseDay(t, fitted)
	before := runBatch(t, early)
	reusing := withRows(t, c, append(rows, anOrder(t, "two", "q2", "2023-11-02", -80)))
	reusing.Run.Model, reusing.Time.AsOf, reusing.Run.ModelMaxAgeDays = before.Folder, parseDay(t, last), 90
	after := runBatch(t, reusing)
	for name, value := range before.Manifest.Model.Parameters {
		if after.Manifest.Model.Parameters[name] != value {
			t.Errorf("%s: %v, fitted as %v", name, after.Manifest.Model.Parameters[name], value)
		}
	}
	if then, now := *readMarks(t, before)["two"].Repeats, *readMarks(t, after)["two"].Repeats; then != 1 || now != 0 {
		t.Errorf("%d repeat purchases then and %d now, want 1 and 0", then, now)
	}
	reusing.Run.Model, reusing.Time.AsOf = "", parseDay(t, fitted)
	sameFiles(t, before.Folder, runBatch(t, reusing).Folder, "customers.parquet", "model.json")
}
