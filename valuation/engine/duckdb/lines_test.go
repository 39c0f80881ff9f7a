package duckdb

import (
	"context"
	"strings"
	"testing"

	"cbv/valuation/engine"
)

// A line has what RFC 4180 asks for and no more: our own words are quoted where they
// need it, free text always is, and null is nothing.
func TestLines(t *testing.T) {
	ctx := context.Background()
	e, _ := open(t)
	const query = `
		select 'b' as id, 'say "so"' as word, 1.50 as money, date '2024-02-29' as day, true as kept, '=1+1' as note, 'x|y' as lists
		union all select 'a', 'a,b', null, null, null, null, null
		union all select '-5', chr(10), 0.1, date '2023-12-31', false, '"', 'z'
		union all select '"', 'plain', 1e300, null, null, '', ''`
	if _, err := e.Table(ctx, "rows", query); err != nil {
		t.Fatal(err)
	}
	csv := engine.CSV{View: "rows", Lists: "lists", Key: "id", Columns: []engine.CSVColumn{
		{Name: "word"}, {Name: "id", FreeText: true}, {Name: "money"}, {Name: "day"}, {Name: "kept"}, {Name: "note", FreeText: true},
	}}
	var text, lists []string
	for line, err := range e.Lines(ctx, csv) {
		if err != nil {
			t.Fatal(err)
		}
		text, lists = append(text, line.Text), append(lists, line.Lists)
	}
	want := `word,"id",money,day,kept,"note"
plain,"""",1e+300,,,""
"
","-5",0.1,2023-12-31,false,""""
"a,b","a",,,,
"say ""so""","b",1.5,2024-02-29,true,"'=1+1"
`
	if got := csv.Header() + strings.Join(text, ""); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := strings.Join(lists, ";"); got != ";z;;x|y" {
		t.Errorf("lists %q", got)
	}
	for range e.Lines(ctx, csv) {
		break // whoever has seen enough stops
	}
	csv.Columns[0].Name = "absent"
	for line, err := range e.Lines(ctx, csv) {
		if err == nil {
			t.Errorf("a column that is not there: %v", line)
		}
	}
}
