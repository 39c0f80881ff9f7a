package suspicion

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cbv/valuation/config"
	"cbv/valuation/intake"
	"cbv/valuation/parquetfile"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
	"cbv/valuation/source"
)

// day is one so many days after 1 January 2025.
func day(after int) time.Time { return time.Date(2025, 1, 1+after, 0, 0, 0, 0, time.UTC) }

// logs are so many times the logarithm of a number, in millionths.
func logs(n int64, of float64) int64 { return n * int64(math.Round(1e6*math.Log(of))) }

// soundShop is the profile of a shop of which nothing is wrong: 10,000 orders of 20.01
// of 1,000 customers over a year, in two files.
func soundShop() *profile {
	p := &profile{
		base: baseProfile{IDs: 1000, Customers: 1000, RepeatCustomers: 500, Purchases: 10_000, NetMinor: 20_010_000, LargestMinor: 20_010, MedianMinor: 2001},
		all: fileChannel{
			OrderRows: 10_000, AmountMinor: 20_010_000, OrderIDRows: 10_000, FirstDay: day(0), LastDay: day(364),
			NegativeRows: 1, NegativeMinor: -2001, PositiveRows: 9999, LogMillionths: logs(9999, 2001), UnevenRows: 10_000, TimedRows: 10_000,
		},
		rounding: roundingOf{RoundedMinor: 20_010_000},
	}
	for i := range 365 {
		p.days = append(p.days, fileDay{day(i), int64(i % 2), 27})
	}
	p.places = map[string]suspectPlace{}
	for i := range int64(sharedPlace) {
		p.places[fmt.Sprint("c", i)] = suspectPlace{OrderRows: 20, FirstPlace: placesPerFile + 7}
		p.suspects = append(p.suspects, suspectID{CustomerID: fmt.Sprint("c", i), IDKey: fmt.Sprint("c", i), PurchaseDays: 20, NetMinor: 40_020})
	}
	return p
}

// of carries the suspicions out on a sound shop of which something is changed.
func of(change func(*Suspicion, *profile)) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		c.Config.Orders.Columns = config.Columns{CustomerID: "Customer ID", OrderID: "order_id", OrderedAt: "ordered_at", Amount: "amount", Channel: "channel"}
		columns := []parquetfile.Column{{Name: "InvoiceNo", Type: "VARCHAR"}}
		s := New(c, intake.New(c, intake.Inputs{Orders: []source.File{
			{Path: "a.parquet", Resolved: "/a.parquet", Name: "a.parquet", Rows: 5000, Fingerprint: "f1", Columns: columns},
			{Path: "b.parquet", Resolved: "/b.parquet", Name: "b.parquet", Rows: 5000, Fingerprint: "f2", Columns: columns},
		}}))
		s.amountText, s.customerText = "amount", `"Customer ID"`
		p := soundShop()
		change(s, p)
		s.suspect(p)
		return nil
	}
}

func TestASoundShopIsNotSuspected(t *testing.T) {
	c := pipelinetest.NewContext()
	if err := of(func(*Suspicion, *profile) {})(c); err != nil || len(c.Warnings) > 0 {
		t.Errorf("%v, %v", err, c.Warnings)
	}
}

// A return with an order id of its own is no order, and neither are two such rows.
func TestAnOrderHasAPositiveRow(t *testing.T) {
	p := &profile{
		all:     fileChannel{OrderIDRows: 20, PositiveIDRows: 14, PositiveRows: 15}, // one positive row has no id
		several: severalRowSums{OrderIDs: 4, Orders: 3, OrderRows: 10, PositiveRows: 6},
	}
	if p.orderIDs() != 14 || p.orders() != 11 { // 10 ids of one row, 8 of them positive
		t.Errorf("%d order ids, %d orders", p.orderIDs(), p.orders())
	}
}

// Ids of many people are returned, so that they are no seed.
func TestSharedIDsAreReturned(t *testing.T) {
	c := pipelinetest.NewContext()
	s := New(c, intake.New(c, intake.Inputs{Orders: make([]source.File, 2)}))
	p := soundShop()
	p.suspects[0].PurchaseDays = 300
	p.suspects = append(p.suspects, suspectID{CustomerID: "nan", IDKey: "nan", IsNamed: true}, suspectID{CustomerID: "1", IDKey: "1", IsNamed: true})
	p.places["nan"] = suspectPlace{OrderRows: 5}
	if diff := cmp.Diff([]sharedID{{"nan"}, {"c0"}}, s.suspect(p)); diff != "" {
		t.Error(diff)
	}
}
