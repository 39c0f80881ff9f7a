package run

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/parquetfile"
	"cbv/valuation/pipeline"
)

// smallShop has one customer of each kind that misleads a cohort table.
var smallShop = []struct {
	customer, day, channel string // "" for an unknown channel
	amount                 float64
}{
	{"ann", "2023-01-10", "", -5}, // returns what she bought before the files begin
	{"ann", "2023-02-03", "", 20},
	{"ann", "2023-02-20", "", 15},
	{"bob", "2023-02-05", "search", 30},
	{"bob", "2023-04-10", "search", -10}, // a return on a day of its own
	{"cat", "2023-04-02", "search", 10},
	{"dan", "2023-02-07", "search", 5},
	{"dan", "2023-02-09", "search", -8}, // brought less than nothing
	{"eve", "2023-03-01", "search", -3}, // no purchase at all
}

// runSmallShop runs the small shop, once for all tests.
func runSmallShop(t *testing.T, asOf string, channels bool) Result {
	t.Helper()
	result := runShared(t, fmt.Sprint("small", asOf, channels), func(folder string) config.Config {
		c := config.Default()
		c.Lists.Include = nil
		c.Orders.Files, c.Out = config.Files{writeOrders(t, smallOrders())}, filepath.Join(folder, "out")
		c.Time.AsOf = parseDay(t, asOf)
		if channels {
			c.Orders.Columns.Channel = "channel"
		}
		return c
	}).Result
	if !slices.ContainsFunc(result.Manifest.Warnings, func(w pipeline.Warning) bool { return w.Code == "no_model" }) {
		t.Fatal("four customers were given a model: the tables should do without")
	}
	return result
}

// smallOrders are the rows of the small shop.
func smallOrders() []rawOrder {
	var rows []rawOrder
	for i, order := range smallShop {
		id, at := fmt.Sprint(i), int64(dayNumber(order.day))*86400e6
		row := rawOrder{OrderID: &id, Customer: &order.customer, At: &at, Amount: &order.amount}
		if order.channel != "" {
			row.Channel = &order.channel
		}
		rows = append(rows, row)
	}
	return rows
}

// shown writes rows as text, null as null.
func shown[T any](value *T) string {
	if value == nil {
		return "null"
	}
	return fmt.Sprint(*value)
}

func shownCohorts(t *testing.T, result Result) []string {
	t.Helper()
	var lines []string
	for _, g := range readTable[cohortRow](t, result, "cohorts") {
		lines = append(lines, fmt.Sprintf("%s +%d: %d customers, %s active, %s purchases, %s, %s each", dateText(int(*g.Cohort)), *g.Age,
			*g.Customers, shown(g.Active), shown(g.Purchases), shown(g.Revenue), shown(g.CumulativeRevenue)))
	}
	return lines
}

func sameLines(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestCohortsByHand(t *testing.T) {
	t.Parallel()
	whole := []string{
		// 20 + 15 + 30 + 5, less 8 and what ann had returned in January
		"2023-02-01 +0: 3 customers, 3 active, 4 purchases, 57, 19 each",
		"2023-02-01 +1: 3 customers, 0 active, 0 purchases, 0, 19 each",
		"2023-02-01 +2: 3 customers, 0 active, 0 purchases, -10, 15.67 each",
		"2023-04-01 +0: 1 customers, 1 active, 1 purchases, 10, 10 each",
	}
	sameLines(t, shownCohorts(t, runSmallShop(t, "2023-04-30", true)), whole)
	running := slices.Clone(whole)
	running[2] = "2023-02-01 +2: 3 customers, null active, null purchases, null, null each"
	running[3] = "2023-04-01 +0: 1 customers, null active, null purchases, null, null each"
	sameLines(t, shownCohorts(t, runSmallShop(t, "2023-04-29", true)), running)
}

func TestReturningSharesByHand(t *testing.T) {
	t.Parallel()
	type row struct {
		Metric  *string  `parquet:"metric"`
		Month   *int32   `parquet:"month,date"`
		Channel *string  `parquet:"channel"`
		Value   *float64 `parquet:"value"`
		N       *int64   `parquet:"n"`
	}
	shares := func(result Result) []string {
		var lines []string
		for _, g := range readTable[row](t, result, "kpis") {
			if g.Month != nil && strings.HasPrefix(*g.Metric, "returning") {
				lines = append(lines, fmt.Sprintf("%s %s %s: %s of %d", *g.Metric, dateText(int(*g.Month)), shown(g.Channel), shown(g.Value), *g.N))
			}
		}
		return lines
	}
	// Nobody bought in January and March; in April the only buyer is new, and
	// what bob returned leaves no revenue to share.
	sameLines(t, shares(runSmallShop(t, "2023-04-30", true)), []string{
		"returning_share_of_buyers 2023-02-01 search: null of 2",
		"returning_share_of_buyers 2023-02-01 null: null of 3",
		"returning_share_of_buyers 2023-04-01 search: 0 of 1",
		"returning_share_of_buyers 2023-04-01 null: 0 of 1",
		"returning_share_of_revenue 2023-02-01 search: null of 2",
		"returning_share_of_revenue 2023-02-01 null: null of 3",
		"returning_share_of_revenue 2023-04-01 search: null of 1",
		"returning_share_of_revenue 2023-04-01 null: null of 1",
	})
	sameLines(t, shares(runSmallShop(t, "2023-04-29", false)), []string{
		"returning_share_of_buyers 2023-02-01 null: null of 3",
		"returning_share_of_revenue 2023-02-01 null: null of 3",
	})
}

func TestRepeatWindowsByHand(t *testing.T) {
	t.Parallel()
	windows := func(result Result) []string {
		var lines []string
		for _, g := range readTable[windowRow](t, result, "repeat_windows") {
			if *g.Days == 30 || *g.Days == 180 {
				lines = append(lines, fmt.Sprintf("%s in %d: %d of %d is %s", scopeOfRow(g.Scope, g.Cohort, g.Channel), *g.Days,
					*g.Repeaters, *g.Customers, shown(g.Rate)))
			}
		}
		return lines
	}
	want := []string{
		`all null null in 30: 1 of 3 is 0.3333333333333333`,
		`all null null in 180: 0 of 0 is null`,
		`channel null "search" in 30: 0 of 2 is 0`,
		`channel null "search" in 180: 0 of 0 is null`,
		`channel null null in 30: 1 of 1 is 1`, // ann, whose channel is unknown
		`channel null null in 180: 0 of 0 is null`,
		`cohort "2023-02-01" null in 30: 1 of 3 is 0.3333333333333333`,
		`cohort "2023-02-01" null in 180: 0 of 0 is null`,
		`cohort "2023-04-01" null in 30: 0 of 0 is null`,
		`cohort "2023-04-01" null in 180: 0 of 0 is null`,
	}
	sameLines(t, windows(runSmallShop(t, "2023-04-30", true)), want)
	sameLines(t, windows(runSmallShop(t, "2023-04-30", false)), slices.Delete(want, 2, 6))
}

// Of 0.04 of a customer, one whole one counts; who returned more than they
// bought holds nothing.
func TestConcentrationByHand(t *testing.T) {
	t.Parallel()
	rows, err := parquetfile.Read[struct {
		Metric *string  `parquet:"metric"`
		Value  *float64 `parquet:"value"`
		N      *int64   `parquet:"n"`
		Unit   *string  `parquet:"unit"`
	}](filepath.Join(runSmallShop(t, "2023-04-30", true).Folder, "concentration.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, g := range rows {
		lines = append(lines, fmt.Sprintf("%s %.4f %s, n %d", *g.Metric, *g.Value, *g.Unit, *g.N))
	}
	sameLines(t, lines, []string{ // ann 30, bob 20, cat 10, dan 0
		"customers_above_10_percent 3.0000 customers, n 4",
		"gini 0.4167 index, n 4",
		"largest_customer_share 0.5000 share, n 1",
		"top_10_percent_share 0.5000 share, n 1",
		"top_1_percent_share 0.5000 share, n 1",
		"top_20_percent_share 0.5000 share, n 1",
		"top_5_percent_share 0.5000 share, n 1",
	})
}
