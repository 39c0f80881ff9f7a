package pipeline

import (
	"slices"
	"testing"
)

func TestTablesAreReadThroughViews(t *testing.T) {
	entries := []Entry{
		{Name: "a", Kind: Table, Makes: []string{"a"}},
		{Name: "v", Kind: View, Reads: []string{"a"}, Makes: []string{"v"}},
		{Name: "w", Kind: View, Reads: []string{"v"}, Makes: []string{"w"}},
		{Name: "b", Kind: Table, Reads: []string{"a", "v"}, Makes: []string{"b"}},
		{Name: "f", Kind: File, Reads: []string{"w", "b"}, Makes: []string{"f"}},
		{Name: "g", Kind: Go, Reads: []string{"f", "b"}, Makes: []string{"c"}},
		{Name: "d", Kind: Table, Reads: []string{"c"}, Makes: []string{"d"}},
	}
	for i, want := range [][]string{nil, {"a"}, {"a"}, {"a"}, {"a", "b"}, {"b"}, nil} {
		if got := TablesRead(entries)[i]; !slices.Equal(got, want) {
			t.Errorf("%s reads the tables %v, want %v", entries[i].Name, got, want)
		}
	}
}

func TestParseHeaderRefusesWhatIsNoHeader(t *testing.T) {
	for _, text := range []string{"", "select 1", "-- a: b\nselect 1", "-- a: b\n--\n-- reads: c\nselect 1"} {
		if _, err := ParseHeader(text); err == nil {
			t.Errorf("%q passes for a header", text)
		}
	}
}

func TestNeededIsWhatLeadsToWhatIsWanted(t *testing.T) {
	entries := []Entry{
		{Name: "inputs", Kind: Go, Makes: []string{"orders", "spend"}},
		{Name: "a", Kind: Table, Reads: []string{"orders"}, Makes: []string{"a"}},
		{Name: "b", Kind: Table, Reads: []string{"spend"}, Makes: []string{"b"}},
		{Name: "v", Kind: View, Reads: []string{"a"}, Makes: []string{"v"}},
		{Name: "wanted", Kind: File, Reads: []string{"v"}, Makes: []string{"wanted"}},
		{Name: "later", Kind: File, Reads: []string{"wanted"}, Makes: []string{"later"}},
		{Name: "of_made", Kind: Check, Reads: []string{"wanted", "orders"}, Makes: []string{"of_made"}},
		{Name: "of_more", Kind: Check, Reads: []string{"wanted", "b"}, Makes: []string{"of_more"}},
	}
	var names []string
	for _, entry := range Needed(entries, func(e Entry) bool { return e.Name == "wanted" }) {
		names = append(names, entry.Name)
	}
	if want := []string{"inputs", "a", "v", "wanted", "of_made"}; !slices.Equal(names, want) {
		t.Errorf("needed are %v, want %v", names, want)
	}
}
