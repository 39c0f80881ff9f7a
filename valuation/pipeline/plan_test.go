package pipeline

import (
	"slices"
	"testing"
)

func TestLastUsesSeeThroughViews(t *testing.T) {
	entries := []Entry{
		{Name: "a", Kind: Table, Makes: []string{"a"}},
		{Name: "v", Kind: View, Reads: []string{"a"}, Makes: []string{"v"}},
		{Name: "w", Kind: View, Reads: []string{"v"}, Makes: []string{"w"}},
		{Name: "b", Kind: Table, Reads: []string{"a"}, Makes: []string{"b"}},
		{Name: "f", Kind: File, Reads: []string{"w"}, Makes: []string{"f"}},
		{Name: "g", Kind: Go, Reads: []string{"b"}},
	}
	uses := LastUses(entries)
	if !slices.Equal(uses[4], []string{"a"}) {
		t.Errorf("after the file that reads a through two views: drop %v, want a", uses[4])
	}
	if !slices.Equal(uses[5], []string{"b"}) {
		t.Errorf("after the last reader of b: drop %v, want b", uses[5])
	}
	if len(uses[3]) != 0 {
		t.Errorf("a is dropped while a view still needs it: %v", uses[3])
	}
}

func TestParseHeaderRefusesWhatIsNoHeader(t *testing.T) {
	for _, text := range []string{"", "select 1", "-- a: b\nselect 1", "-- a: b\n--\n-- reads: c\nselect 1"} {
		if _, err := ParseHeader(text); err == nil {
			t.Errorf("%q passes for a header", text)
		}
	}
}
