package report_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/intake"
	"cbv/valuation/report"
)

// A check has one content in both forms, and money to the last digit in each.
func TestCheck(t *testing.T) {
	checked := intake.Report{
		AsOf: time.Date(2024, 6, 30, 0, 0, 0, 0, time.UTC), Files: 1,
		Reasons:   []intake.ReasonCount{{Reason: intake.Used, Rows: 1234, Minor: -123456789}, {Reason: intake.Filtered, Rows: 2, Minor: 5}, {Reason: "null_time", Rows: 1}},
		Places:    []intake.Place{{Reason: "null_time", File: "a.parquet", FirstRow: 7, Rows: 2}},
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
		back.Inputs[0].Total != 9 || !strings.Contains(printed.String(), `"warnings": []`) {
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
