package run

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/parquetfile"
	"cbv/valuation/report/page"
	"cbv/valuation/simulation"
)

// An orderRow is a raw row as the oracle sees it, in plain Go.
type orderRow struct {
	customer string
	day      int // since 1970-01-01
	minor    int64
}

// oracleFacts are what the oracle says of one customer.
type oracleFacts struct {
	first, last, purchases  int
	gross, returns, revenue int64
	purchaseRevenue         int64
}

// oracle computes the facts of every customer from raw rows, by maps and loops,
// and the money of customers without a purchase.
func oracle(rows []orderRow, asOf int, zeroIsPurchase bool) (base map[string]*oracleFacts, returnsOnly int64) {
	type customerDay struct {
		customer string
		day      int
	}
	net := map[customerDay]int64{}
	base = map[string]*oracleFacts{}
	for _, row := range rows {
		if row.day > asOf {
			continue
		}
		net[customerDay{row.customer, row.day}] += row.minor
		f := base[row.customer]
		if f == nil {
			f = &oracleFacts{first: math.MaxInt, last: math.MinInt}
			base[row.customer] = f
		}
		f.revenue += row.minor
		if row.minor > 0 {
			f.gross += row.minor
		} else {
			f.returns += row.minor
		}
	}
	for key, minor := range net {
		if minor > 0 || zeroIsPurchase && minor == 0 {
			f := base[key.customer]
			f.purchases++
			f.purchaseRevenue += minor
			f.first, f.last = min(f.first, key.day), max(f.last, key.day)
		}
	}
	for customer, f := range base {
		if f.purchases == 0 {
			returnsOnly += f.revenue
			delete(base, customer)
		}
	}
	return base, returnsOnly
}

// customerRow is a row of customers.parquet, read without the engine.
type customerRow struct {
	ID         *string  `parquet:"customer_id"`
	Channel    *string  `parquet:"first_channel"`
	First      *int32   `parquet:"first_purchase_date,date"`
	Last       *int32   `parquet:"last_purchase_date,date"`
	Purchases  *int64   `parquet:"purchases"`
	Gross      *float64 `parquet:"gross_revenue"`
	Returns    *float64 `parquet:"returns"`
	Revenue    *float64 `parquet:"revenue"`
	Margin     *float64 `parquet:"margin"`
	MeanValue  *float64 `parquet:"mean_purchase_value"`
	Repeats    *int64   `parquet:"repeat_purchases"`
	LastAge    *int64   `parquet:"age_at_last_purchase_days"`
	Age        *int64   `parquet:"customer_age_days"`
	Since      *int64   `parquet:"days_since_last_purchase"`
	RScore     *int32   `parquet:"r_score"`
	FScore     *int32   `parquet:"f_score"`
	MScore     *int32   `parquet:"m_score"`
	Segment    *string  `parquet:"segment"`
	PAlive     *float64 `parquet:"p_alive"`
	Expected   *float64 `parquet:"expected_purchases"`
	Value      *float64 `parquet:"expected_purchase_value"`
	CLV        *float64 `parquet:"clv"`
	Historic   *float64 `parquet:"historic_margin"`
	Lifetime   *float64 `parquet:"lifetime_value"`
	Lifecycle  *string  `parquet:"lifecycle"`
	Mark       *string  `parquet:"mark"`
	KeepValue  *float64 `parquet:"keep_value"`
	MarkReason *string  `parquet:"mark_reason"`
	Seed       *bool    `parquet:"seed"`
}

func readCustomers(t *testing.T, folder string) []customerRow {
	t.Helper()
	rows, err := parquetfile.Read[customerRow](filepath.Join(folder, "customers.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func minor(amount *float64) int64 { return int64(math.Round(*amount * 100)) }

// compare holds customers.parquet to the oracle, customer by customer.
func compare(t *testing.T, result Result, rows []orderRow, asOf int, zeroIsPurchase bool) {
	t.Helper()
	want, returnsOnly := oracle(rows, asOf, zeroIsPurchase)
	got := readCustomers(t, result.Folder)
	if len(got) != len(want) {
		t.Errorf("%d customers, want %d", len(got), len(want))
	}
	if !slices.IsSortedFunc(got, func(a, b customerRow) int { return cmp.Compare(*a.ID, *b.ID) }) {
		t.Error("customers are not sorted by customer_id")
	}
	for _, c := range got {
		w := want[*c.ID]
		if w == nil {
			t.Fatalf("customer %s is not in the orders", *c.ID)
		}
		g := oracleFacts{int(*c.First), int(*c.Last), int(*c.Purchases), minor(c.Gross), minor(c.Returns), minor(c.Revenue), w.purchaseRevenue}
		if g != *w {
			t.Fatalf("customer %s: %+v, want %+v", *c.ID, g, *w)
		}
		mean := float64(w.purchaseRevenue) / float64(w.purchases) / 100
		if !(math.Abs(*c.MeanValue-mean) <= 0.005+1e-9) {
			t.Fatalf("customer %s: mean purchase %g, want %g", *c.ID, *c.MeanValue, mean)
		}
		history := []int64{*c.Repeats, *c.LastAge, *c.Age, *c.Since}
		wantHistory := []int64{int64(w.purchases - 1), int64(w.last - w.first), int64(asOf - w.first), int64(asOf - w.last)}
		if !slices.Equal(history, wantHistory) {
			t.Fatalf("customer %s: x, t_x, T, recency %v, want %v", *c.ID, history, wantHistory)
		}
	}
	var used int64
	for _, row := range rows {
		if row.day <= asOf {
			used += row.minor
		}
	}
	m := result.Manifest
	if text := cents(used); m.Rows.Used.Money != text {
		t.Errorf("used money %s, want %s", m.Rows.Used.Money, text)
	}
	if text := cents(returnsOnly); m.Totals.ReturnsOnlyRevenue != text {
		t.Errorf("returns-only money %s, want %s", m.Totals.ReturnsOnlyRevenue, text)
	}
	if text := cents(used - returnsOnly); m.Totals.Revenue != text {
		t.Errorf("revenue of the customers %s, want %s", m.Totals.Revenue, text)
	}
}

func cents(minor int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%d.%02d", sign, minor/100, minor%100)
}

func dayNumber(text string) int {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return int(day.Unix() / 86400)
}

func TestFactsOfCDNOWEqualAPlainComputation(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"cdnow_sample.parquet", "cdnow_master.parquet"} {
		type raw struct {
			Customer *string `parquet:"customer_id"`
			Day      *int32  `parquet:"date,date"`
			Amount   *int64  `parquet:"amount,decimal(2:10)"`
		}
		read, err := parquetfile.Read[raw](sharedData(t, file))
		if err != nil {
			t.Fatal(err)
		}
		var rows []orderRow
		for _, row := range read {
			rows = append(rows, orderRow{*row.Customer, int(*row.Day), *row.Amount})
		}
		for _, asOf := range []string{"1997-09-30", "1998-06-30"} {
			for _, zero := range []bool{true, false} {
				if testing.Short() && asOf != "1997-09-30" {
					continue
				}
				t.Run(fmt.Sprintf("%s %s zeros %t", file, asOf, zero), func(t *testing.T) {
					result := runCDNOW(t, file, asOf, zero)
					compare(t, result, rows, dayNumber(asOf), zero)
				})
			}
		}
	}
}

func TestEveryRowIsCountedOnce(t *testing.T) {
	t.Parallel()
	options := simulation.Default()
	options.Customers, options.Returns, options.Dirty = 5000, 0.2, 0.05
	c, truth := simulated(t, options)
	// A day before the end: rows of the last day are after it.
	c.Time.AsOf = parseDay(t, "2023-12-30")
	asOf := dayNumber("2023-12-30")
	var rows []orderRow
	after := int64(0)
	for _, raw := range readOrders(t, c) {
		if row, ok := usable(raw); ok {
			rows = append(rows, row)
			if row.day > asOf {
				after++
			}
		}
	}
	result := runBatch(t, c)
	compare(t, result, rows, asOf, false)
	publishedAsDescribed(t, result)

	m := result.Manifest
	want := map[string]int64{
		"null_customer":       truth.Dirty["null_customer_id"],
		"null_time":           truth.Dirty["null_ordered_at"],
		"null_amount":         truth.Dirty["null_amount"],
		"nan_amount":          truth.Dirty["nan_amount"],
		"infinite_amount":     truth.Dirty["infinite_amount"],
		"amount_out_of_range": truth.Dirty["out_of_range_amount"],
		"after_as_of":         after,
	}
	got := map[string]int64{}
	var rowsInAll = m.Rows.Used.Rows
	for reason, amount := range m.Rows.Quarantined {
		got[reason] = amount.Rows
		rowsInAll += amount.Rows
	}
	if !maps.Equal(got, want) {
		t.Errorf("quarantined %v, want %v", got, want)
	}
	if rowsInAll != truth.Rows() || m.Rows.Files.Rows != truth.Rows() {
		t.Errorf("%d rows classified and %d in the files, want %d", rowsInAll, m.Rows.Files.Rows, truth.Rows())
	}
	quarantine, err := parquetfile.Read[struct {
		File *string `parquet:"file"`
		Row  *int64  `parquet:"row_number"`
	}](filepath.Join(result.Folder, "quarantine.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	if wantRows := truth.DirtyRows() + after; int64(len(quarantine)) != wantRows {
		t.Errorf("quarantine lists %d rows, want %d", len(quarantine), wantRows)
	}
	// Each place leads to a row that is really bad.
	files := map[string][]rawOrder{}
	for _, place := range quarantine {
		if files[*place.File] == nil {
			rows, err := parquetfile.Read[rawOrder](filepath.Join(filepath.Dir(c.Orders.Files[0]), *place.File))
			if err != nil {
				t.Fatal(err)
			}
			files[*place.File] = rows
		}
		if row, ok := usable(files[*place.File][*place.Row-1]); ok && row.day <= asOf {
			t.Fatalf("%s row %d is in quarantine and usable", *place.File, *place.Row)
		}
	}
}

// Tables of several row groups, filled by several threads: statistics of a text
// column without any value once made whole row groups disappear here.
func TestThreadsDoNotShowInBigTables(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	for _, test := range []struct {
		returns float64
		threads []int
	}{{0, []int{1, 4}}, {0.03, []int{1, 2}}} {
		options := simulation.Default()
		options.Customers, options.Returns = 100_000, test.returns
		c, truth := simulated(t, options)
		var single Result
		for _, threads := range test.threads {
			c.Engine.Threads = threads
			c.Out = filepath.Join(t.TempDir(), "out")
			result := runBatch(t, c)
			if got := result.Manifest.Rows.Used.Rows; got != truth.Rows() {
				t.Errorf("%d threads: %d rows used of %d", threads, got, truth.Rows())
			}
			if threads == 1 {
				single = result
				continue
			}
			sameFiles(t, single.Folder, result.Folder, "customers.parquet", "segments.parquet", "kpis.parquet", "model.json", "manifest.json")
		}
	}
}

// Row order, spread over files, listing order and threads must not show.
func TestTheSameOrdersGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	options := simulation.Default()
	options.Customers, options.Dirty, options.Returns = 10_000, 0.01, 0.1
	if testing.Short() {
		options.Customers = 3000
	}
	c, _ := simulated(t, options)
	c.Engine.Threads, c.Lists.Include = 2, config.Default().Lists.Include
	many := runBatch(t, c)

	names := []string{"customers.parquet", "segments.parquet", "kpis.parquet", "cohorts.parquet", "repeat_windows.parquet",
		"repeat_curve.parquet", "concentration.parquet", "lenses.parquet", "model_fit.parquet", "tracking.parquet", "rfm_cells.parquet",
		"value_distribution.parquet", "model.json", "schema.json"}
	ofSameFiles := append(slices.Clone(names), "quarantine.parquet", "manifest.json", page.Name)
	t.Run("again, on one thread", func(t *testing.T) {
		single := c
		single.Out, single.Engine.Threads = filepath.Join(t.TempDir(), "out"), 1
		result := runBatch(t, single)
		sameFiles(t, many.Folder, result.Folder, ofSameFiles...)
		if filepath.Base(many.Folder) != filepath.Base(result.Folder) {
			t.Errorf("run %s, want %s", result.Folder, many.Folder)
		}
	})
	if testing.Short() {
		return
	}
	t.Run("listed backwards", func(t *testing.T) {
		backwards := c
		files, err := filepath.Glob(c.Orders.Files[0])
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(files)
		backwards.Out, backwards.Orders.Files = filepath.Join(t.TempDir(), "out"), files
		sameFiles(t, many.Folder, runBatch(t, backwards).Folder, ofSameFiles...)
	})
	t.Run("one file, rows backwards", func(t *testing.T) {
		rows := readOrders(t, c)
		slices.Reverse(rows)
		one := c
		one.Out, one.Orders.Files = filepath.Join(t.TempDir(), "out"), config.Files{writeOrders(t, rows)}
		sameFiles(t, many.Folder, runBatch(t, one).Folder, names...)
	})
}
