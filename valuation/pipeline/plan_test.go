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
