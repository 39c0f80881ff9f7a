package celltext

import (
	"encoding/csv"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Any text comes back from a CSV reader as the safe text it became, which no
// spreadsheet takes for a formula.
func TestAnyTextSurvivesACSVReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.OneOf(rapid.String(), rapid.StringMatching("[=+@\t\r\n\" ,'\x00-]{0,3}.{0,5}"), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "raw")
		clip := rapid.IntRange(0, 20).Draw(t, "clip")
		cell, _ := Free(raw, clip)
		if !utf8.ValidString(cell) || clip > 0 && len(cell) > clip || cell != "" && strings.IndexByte("=+-@\t\r\n", cell[0]) >= 0 {
			t.Fatalf("%q: %q", raw, cell)
		}
		records, err := csv.NewReader(strings.NewReader(string(AppendRecord(nil, ',', "key", cell)))).ReadAll()
		if err != nil || len(records) != 1 || !slices.Equal(records[0], []string{"key", cell}) {
			t.Fatalf("%q: %q, %v", cell, records, err)
		}
	})
}

func TestNumbersHaveNoExponent(t *testing.T) {
	for number, want := range map[float64]string{0: "0", -1.5: "-1.5", 1e21: "1000000000000000000000", 1e-7: "0.0000001", 12.34: "12.34"} {
		if got := string(AppendNumber(nil, number)); got != want {
			t.Errorf("%g: %s", number, got)
		}
	}
	if got := string(AppendNumber(nil, math.Copysign(0, -1))); got != "0" {
		t.Errorf("-0: %s", got)
	}
}
