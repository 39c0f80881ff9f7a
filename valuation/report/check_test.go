package report_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/intake"
	"cbv/valuation/publication"
	"cbv/valuation/report"
)

// A check has one content in both forms, and money to the last digit in each.
func TestCheck(t *testing.T) {
	orders, rowsPerOrder := int64(1100), 1.12
	checked := intake.Report{
		AsOf: time.Date(2024, 6, 30, 0, 0, 0, 0, time.UTC), Files: 1,
		Reasons: []intake.ReasonCount{{Reason: intake.Used, Rows: 1234, Minor: -123456789}, {Reason: intake.Filtered, Rows: 2, Minor: 5}, {Reason: "null_time", Rows: 1}},
		Places:  []intake.Place{{Reason: "null_time", File: "a.parquet", FirstRow: 7, Rows: 2}},
		Profile: publication.Profile{
			Customers: 1000, RepeatShare: 0.25, Purchases: 1200, Orders: &orders, RowsPerOrder: &rowsPerOrder, FirstDay: "2024-01-01", LastDay: "2024-06-30",
			Days: 180, MedianPurchase: "1234.50", Currency: "EUR", LargestCustomer: 0.015, Returns: publication.Amount{Rows: 34, Money: "-5000.00"},
			StrayReturns: publication.Amount{Rows: 3, Money: "-1200.00"},
			Files: []publication.ProfileFile{
				{File: "a.parquet", LastDay: "2024-02-29"}, {File: "b.parquet", LastDay: "2024-06-30"}, {File: "c.parquet", LastDay: "2024-06-29"},
				{File: "d.parquet", LastDay: "2024-05-31"}, {File: "e.parquet", LastDay: "2024-03-31"}, {File: "f.parquet", LastDay: "2024-04-30"},
			},
			Channels: []publication.ProfileChannel{{Channel: "search", LastDay: "2024-06-30"}, {Channel: "", LastDay: "2024-01-31"}},
			Unmapped: []string{"quantity", "note"},
		},
		Auxiliary: []intake.AuxiliaryReport{{Name: "spend", Files: 2, Rows: 9, Reasons: []intake.ReasonCount{{Reason: intake.Used, Rows: 9}}}},
	}
	document, err := report.NewCheck(checked, config.Value{Currency: "EUR"}, false)
	if err != nil {
		t.Fatal(err)
	}
	document.OfRuns = []string{"no_model", "untested"} // the catalog's are many
	var text strings.Builder
	if err := report.Write(&text, document, false); err != nil {
		t.Fatal(err)
	}
	want := `1 order file as of 2024-06-30

   rows            EUR
  1,234  -1,234,567.89  used
      2           0.05  excluded: orders.keep
      1           0.00  quarantined: null_time
  1,237  -1,234,567.84  in the files

2 files of spend, 9 rows
  9 used

customers            1,000, 25.0 % of them with purchases on several days
purchases            1,200, each a customer's day; the median is 1,234.50 EUR
orders               1,100, of 1.12 positive rows each
days                 180 with orders, 2024-01-01 to 2024-06-30
largest customer     1.5 % of the money
returns              34 rows, -5,000.00 EUR; with an order_id that only another customer bought, so that they lower no purchase: 3 rows, -1,200.00 EUR
last day by file     b.parquet 2024-06-30, c.parquet 2024-06-29, d.parquet 2024-05-31, f.parquet 2024-04-30, 2 more, down to 2024-02-29
last day by channel  search 2024-06-30, (none) 2024-01-31
not mapped           quantity, note

Where to look:
  a.parquet row 7: null_time, and 1 more in this file

Only a run can find: no_model, untested.
`
	if text.String() != want {
		t.Errorf("got %s\nwant %s", text.String(), want)
	}
	var printed strings.Builder
	if err := report.Write(&printed, document, true); err != nil {
		t.Fatal(err)
	}
	var back report.Check
	if err := json.Unmarshal([]byte(printed.String()), &back); err != nil || back.TotalMoney != "-1234567.84" || back.Rows[1].State != "excluded" ||
		back.Inputs[0].Total != 9 || back.Profile.Customers != 1000 || *back.Profile.RowsPerOrder != 1.12 || !strings.Contains(printed.String(), `"warnings": []`) {
		t.Errorf("%v, %s", err, printed.String())
	}
}

func TestUnknownNumberIsNull(t *testing.T) {
	var text strings.Builder
	zero := 0.0
	if err := report.WriteJSON(&text, []report.Number{report.Number(1 / zero), report.Number(zero / zero), 0.1}); err != nil || strings.Join(strings.Fields(text.String()), "") != "[null,null,0.1]" {
		t.Errorf("%v, %s", err, text.String())
	}
}
