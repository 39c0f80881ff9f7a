package run

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/parquetfile"
	"cbv/valuation/simulation"
)

// simulated writes a history and returns its configuration, which a test may
// change, and the truth. It leaves out the lists, which take a third of the time
// of a small run.
func simulated(t *testing.T, options simulation.Options) (config.Config, simulation.Truth) {
	t.Helper()
	return simulatedIn(t, filepath.Join(t.TempDir(), "shop"), options)
}

// simulatedIn is simulated in a folder that is not there yet.
func simulatedIn(t *testing.T, folder string, options simulation.Options) (config.Config, simulation.Truth) {
	t.Helper()
	truth, err := simulation.Write(context.Background(), folder, options, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(config.Sources{File: filepath.Join(folder, "cbv.yaml")})
	if err != nil {
		t.Fatal(err)
	}
	c.Out, c.Lists.Include = filepath.Join(folder, "out"), nil
	c.Orders.Returns = "same_day" // as the oracles count; see void_orders_test.go for the other
	return c, truth
}

// rawOrder is a row of a simulated order file.
type rawOrder struct {
	OrderID  *string  `parquet:"order_id"`
	Customer *string  `parquet:"customer_id"`
	At       *int64   `parquet:"ordered_at,timestamp(microsecond:local)"`
	Amount   *float64 `parquet:"amount"`
	Channel  *string  `parquet:"channel"`
}

func readOrders(t *testing.T, c config.Config) []rawOrder {
	t.Helper()
	files, err := filepath.Glob(c.Orders.Files[0])
	if err != nil || len(files) == 0 {
		t.Fatalf("%v: %d files, %v", c.Orders.Files, len(files), err)
	}
	var rows []rawOrder
	for _, file := range files {
		more, err := parquetfile.Read[rawOrder](file)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, more...)
	}
	return rows
}

// writeOrders writes rows to an order file and returns its path.
func writeOrders(t testing.TB, rows []rawOrder) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "orders.parquet")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	writer := parquetfile.NewWriter[rawOrder](file, nil)
	if err := writer.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// usable reports whether a row passes the input contract, and its place in the
// oracle's terms.
func usable(row rawOrder) (orderRow, bool) {
	if row.Customer == nil || row.At == nil || row.Amount == nil || math.IsNaN(*row.Amount) || math.Abs(*row.Amount) > 1e12 {
		return orderRow{}, false
	}
	return orderRow{*row.Customer, int(math.Floor(float64(*row.At) / 86400e6)), int64(math.Round(*row.Amount * 100))}, true
}
