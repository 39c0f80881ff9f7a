package report

import (
	"bytes"
	"strings"
	"testing"

	"cbv/valuation/explanation"
	"cbv/valuation/parquetfile"
)

// A terminal obeys nothing that stands in an id or a name, and reads it in no other order.
func TestExplanationsDoNotObeyNames(t *testing.T) {
	var out bytes.Buffer
	e := Explanation{explanation.Explanation{
		Customer: "a\x1b[31mb", Values: parquetfile.Record{"segment": "\u202eevil"},
		Before: &explanation.Before{Differences: []explanation.Difference{{Name: "segment", Before: "x\x07", Now: "\u202eevil"}}},
	}}
	if err := e.Text(&out); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.ContainsAny(text, "\x1b\x07\u202e") || !strings.Contains(text, `"a\x1b[31mb"`) {
		t.Errorf("the explanation says %q", text)
	}
}
