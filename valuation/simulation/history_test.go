package simulation

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cbv/valuation/parquetfile"
)

// readRow is a row of an order file with its nulls.
type readRow struct {
	OrderID    string   `parquet:"order_id"`
	CustomerID *string  `parquet:"customer_id,optional"`
	OrderedAt  *int64   `parquet:"ordered_at,optional"`
	Amount     *float64 `parquet:"amount,optional"`
	Channel    string   `parquet:"channel"`
}

// dirtOf names what is wrong with a row, "" for nothing.
func (r readRow) dirtOf() string {
	switch {
	case r.CustomerID == nil:
		return "null_customer_id"
	case r.OrderedAt == nil:
		return "null_ordered_at"
	case r.Amount == nil:
		return "null_amount"
	case math.IsNaN(*r.Amount):
		return "nan_amount"
	case math.IsInf(*r.Amount, 1):
		return "infinite_amount"
	case *r.Amount == outOfRange:
		return "out_of_range_amount"
	}
	return ""
}

// smallShop is a history of everything that can be in one.
func smallShop(model string) Options {
	options := Default()
	options.Model, options.Purchases = model, DefaultPurchases(model)
	options.Customers = 10_000 // more than two chunks, the last one partial
	options.Days = 400
	options.Start = time.Date(2022, time.November, 20, 0, 0, 0, 0, time.UTC)
	options.Returns = 0.2
	options.Dirty = 0.05
	return options
}

func write(t *testing.T, options Options) (string, Truth) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "history")
	truth, err := Write(t.Context(), dir, options, nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir, truth
}

func readOrders(t *testing.T, dir string) []readRow {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "orders", "*.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []readRow
	for _, path := range paths { // Glob sorts
		month := filepath.Base(path)[len("orders-"):][:len("2006-01")]
		of, err := parquetfile.Read[readRow](path)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range of {
			if row.OrderedAt != nil && time.UnixMicro(*row.OrderedAt).UTC().Format("2006-01") != month {
				t.Fatalf("%s has a row of %v", path, time.UnixMicro(*row.OrderedAt).UTC())
			}
		}
		rows = append(rows, of...)
	}
	return rows
}

func readTruth(t *testing.T, dir string) []truthRow {
	t.Helper()
	customers, err := parquetfile.Read[truthRow](filepath.Join(dir, "truth.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	return customers
}

func TestOrderFilesAreInOrder(t *testing.T) {
	dir, _ := write(t, smallShop(BGNBD))
	lastID, lastTime := "", int64(0)
	for _, row := range readOrders(t, dir) {
		if row.OrderID <= lastID {
			t.Fatalf("order %s comes after %s", row.OrderID, lastID)
		}
		lastID = row.OrderID
		if row.OrderedAt == nil {
			continue
		}
		if *row.OrderedAt < lastTime {
			t.Fatalf("order %s is earlier than the one before", row.OrderID)
		}
		lastTime = *row.OrderedAt
	}
}

func TestTruthIsTheSumOfTheRows(t *testing.T) {
	for _, model := range []string{BGNBD, MBGNBD, ParetoNBD} {
		t.Run(model, func(t *testing.T) {
			options := smallShop(model)
			dir, truth := write(t, options)
			want := newTruth(options)
			for _, row := range readOrders(t, dir) {
				if dirt := row.dirtOf(); dirt != "" {
					want.Dirty[dirt]++
					continue
				}
				cents := math.Round(*row.Amount * 100)
				if *row.Amount != cents/100 {
					t.Fatalf("order %s: %v is not rounded to cents", row.OrderID, *row.Amount)
				}
				if cents > 0 {
					want.Orders++
					want.OrderedCents += int64(cents)
				} else {
					want.Returns++
					want.ReturnedCents += int64(cents)
				}
			}
			for _, customer := range readTruth(t, dir) {
				want.Customers++
				want.Channels[customer.Channel]++
				if customer.Purchases == 1 {
					want.OneTimers++
				}
				if customer.AliveAtEnd {
					want.AliveAtEnd++
				}
			}
			if diff := cmp.Diff(want, truth); diff != "" {
				t.Errorf("truth (-read back +returned):\n%s", diff)
			}
			for dirt, rows := range truth.Dirty {
				if rows == 0 {
					t.Errorf("no row has %s", dirt)
				}
			}
			if truth.Returns == 0 {
				t.Error("there are no returns")
			}
		})
	}
}

// What truth.parquet says of a customer must be what the order files show.
func TestTruthOfEachCustomer(t *testing.T) {
	for _, model := range []string{BGNBD, MBGNBD, ParetoNBD} {
		t.Run(model, func(t *testing.T) {
			dir, _ := write(t, smallShop(model))
			purchases := map[string][]int64{}
			channels := map[string]string{}
			for _, row := range readOrders(t, dir) {
				if row.dirtOf() == "" && *row.Amount > 0 {
					purchases[*row.CustomerID] = append(purchases[*row.CustomerID], *row.OrderedAt)
					channels[*row.CustomerID] = row.Channel
				}
			}
			for _, customer := range readTruth(t, dir) {
				times := purchases[customer.CustomerID]
				if int64(len(times)) != customer.Purchases || times[0] != customer.FirstPurchaseAt ||
					channels[customer.CustomerID] != customer.Channel {
					t.Fatalf("%+v has purchases at %v, channel %s", customer, times, channels[customer.CustomerID])
				}
				if customer.AliveAtEnd != (customer.DroppedOutAt == 0) {
					t.Fatalf("%+v is both alive and not", customer)
				}
				last := times[len(times)-1]
				byCoin := model != ParetoNBD
				if (customer.DropoutProbability != nil) != byCoin || (customer.DropoutRatePerDay != nil) == byCoin {
					t.Fatalf("%+v has the dropout of another model", customer)
				}
				if customer.AliveAtEnd {
					continue
				}
				if byCoin && customer.DroppedOutAt != last || customer.DroppedOutAt < last {
					t.Fatalf("%+v bought last at %d", customer, last)
				}
				if model == BGNBD && customer.Purchases == 1 {
					t.Fatalf("%+v left after one purchase, which BG/NBD does not allow", customer)
				}
			}
		})
	}
}

func TestSameOptionsSameBytes(t *testing.T) {
	options := smallShop(BGNBD)
	first, _ := write(t, options)
	second, _ := write(t, options)
	options.Seed++
	other, _ := write(t, options)

	contents := readAll(t, first)
	if diff := cmp.Diff(fileNames(contents), fileNames(readAll(t, second))); diff != "" {
		t.Fatalf("files (-first +second):\n%s", diff)
	}
	again, changed := readAll(t, second), readAll(t, other)
	for name, content := range contents {
		if again[name] != content {
			t.Errorf("%s differs between two runs", name)
		}
		if changed[name] == content && name != "cbv.yaml" {
			t.Errorf("%s is the same for another seed", name)
		}
	}
	want := []string{"cbv.yaml"}
	for month := options.Start.AddDate(0, 0, -19); month.Before(options.Start.AddDate(0, 0, options.Days)); month = month.AddDate(0, 1, 0) {
		want = append(want, "orders/orders-"+month.Format("2006-01")+".parquet")
	}
	want = append(want, "people.parquet", "truth.json", "truth.parquet")
	if diff := cmp.Diff(want, fileNames(contents)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func readAll(t *testing.T, dir string) map[string]string {
	t.Helper()
	contents := map[string]string{}
	for _, pattern := range []string{"*", "orders/*"} {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if filepath.Base(path) == "orders" {
				continue
			}
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name, err := filepath.Rel(dir, path)
			if err != nil {
				t.Fatal(err)
			}
			contents[filepath.ToSlash(name)] = string(content)
		}
	}
	return contents
}

func fileNames(contents map[string]string) []string {
	var sorted []string
	for name := range contents {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	return sorted
}

func TestOrderFilesHaveTheColumnsOfTheConfiguration(t *testing.T) {
	dir, _ := write(t, smallShop(BGNBD))
	footer, err := parquetfile.ReadFooter(filepath.Join(dir, "orders", "orders-2023-01.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	want := []parquetfile.Column{
		{Name: "order_id", Type: "VARCHAR"},
		{Name: "customer_id", Type: "VARCHAR"},
		{Name: "ordered_at", Type: "TIMESTAMP"},
		{Name: "amount", Type: "DOUBLE"},
		{Name: "channel", Type: "VARCHAR"},
	}
	if diff := cmp.Diff(want, footer.Columns); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
}

func TestConfiguration(t *testing.T) {
	want := `# A simulated order history, ready to value: cbv run --config cbv.yaml
orders:
  files: orders/*.parquet # beside this file
  columns: # ours: theirs
    customer_id: customer_id
    order_id: order_id
    ordered_at: ordered_at
    amount: amount # negative: a return
    channel: channel
value:
  currency: EUR
  margin_rate: 0.30 # of revenue
time:
  zone: UTC
  as_of: 2023-12-31 # the last day of the history
` + peopleSection
	if diff := cmp.Diff(want, string(configuration(Default()))); diff != "" {
		t.Errorf("cbv.yaml (-want +got):\n%s", diff)
	}
}
