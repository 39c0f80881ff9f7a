package measurement

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/engine/duckdb"
	"cbv/valuation/parquetfile"
	"cbv/valuation/pipeline"
)

// contactColumns are the columns of contact.
var contactColumns = config.ContactColumns{
	CustomerID: "customer_id", Campaign: "campaign", Arm: "arm", SentAt: "sent_at",
	Delivered: "delivered", Opened: "opened", Clicked: "clicked", Cost: "cost", Discount: "discount",
}

// orderRow is a row of the order files.
type orderRow struct {
	Customer string  `parquet:"customer_id"`
	Order    string  `parquet:"order_id"`
	At       int64   `parquet:"ordered_at,timestamp(microsecond:local)"`
	Amount   float64 `parquet:"amount"`
}

// writeRows writes rows to a new Parquet file and returns its path.
func writeRows[Row any](t *testing.T, name string, rows []Row) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	writer := parquetfile.NewWriter[Row](file, nil)
	if err := writer.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func dayNumber(text string) int {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return int(day.Unix() / 86400)
}

func sameFiles(t *testing.T, a, b string, names ...string) {
	t.Helper()
	for _, name := range names {
		left, err := os.ReadFile(filepath.Join(a, name))
		if err != nil {
			t.Fatal(err)
		}
		right, err := os.ReadFile(filepath.Join(b, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(left, right) {
			t.Errorf("%s differs between the measurements", name)
		}
	}
}

func testJob(c config.Config) pipeline.Job {
	c.Engine.Threads = cmp.Or(c.Engine.Threads, 1) // more cost more than they bring on a small shop
	return pipeline.Job{
		Config: c, SQL: os.DirFS("../../sql"), Program: pipeline.Program{Version: "test", Identity: "test"}, Open: duckdb.Open,
		Clock: time.Now, Progress: func(pipeline.Event) {},
	}
}

// write puts the shop on disk, its campaign begun, and returns the configuration.
func (s measuredShop) write(t *testing.T) config.Config {
	t.Helper()
	var orders []orderRow
	for _, o := range s.orders {
		orders = append(orders, orderRow{Customer: o.customer, Order: o.order, At: o.at.UnixMicro(), Amount: float64(o.minor) / 100})
	}
	c := config.Default()
	c.Out = filepath.Join(t.TempDir(), "out")
	c.Orders.Files = config.Files{writeRows(t, "orders.parquet", orders)}
	c.Orders.ZeroIsPurchase = s.zeroIsPurchase
	if s.byOrder {
		c.Orders.Columns.OrderID = "order_id"
	}
	if s.zone != time.UTC {
		c.Orders.Columns.OrderedAt, c.Time.Zone = "timezone('UTC', ordered_at)", s.zone.String()
	}
	if s.marginRate > 0 {
		c.Value.MarginRate = &s.marginRate
	} else if s.marginOfRow > 0 {
		c.Orders.Columns.Margin = fmt.Sprintf("amount * %ge0", s.marginOfRow)
	}
	if len(s.contacts) > 0 {
		c.Contacts.Files = config.Files{writeRows(t, "contacts.parquet", s.contacts)}
		c.Contacts.Columns = s.columns()
	}
	c.Measure.WinsorisePercentile = s.percentile
	c.Time.AsOf = &config.Day{Time: time.Unix(int64(s.asOf)*86400, 0).UTC()}
	s.assign(t, c.Out)
	return c
}

// assign writes the campaign with a part for each day of assignment.
func (s measuredShop) assign(t *testing.T, out string) {
	t.Helper()
	begun, err := campaign.Begin(out, s.terms)
	if err != nil {
		t.Fatal(err)
	}
	byDay := map[int][]assigned{}
	for _, a := range s.people {
		byDay[a.day] = append(byDay[a.day], a)
	}
	for _, day := range slices.Sorted(maps.Keys(byDay)) {
		err := begun.Append(time.Unix(int64(day)*86400, 0).UTC(), func(add func(campaign.Assignment) error) error {
			for _, a := range byDay[day] {
				if err := add(campaign.Assignment{CustomerID: a.customer, Arm: a.arm, Probability: s.terms.Design.Probability(a.arm), CLV: a.clv}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func measureShop(t *testing.T, c config.Config, name string) Result {
	t.Helper()
	measured, err := Measure(context.Background(), testJob(c), name)
	if err != nil {
		t.Fatal(err)
	}
	return measured
}
