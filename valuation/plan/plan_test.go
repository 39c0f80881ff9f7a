package plan

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

var sqlFiles = os.DirFS("../../sql")

func TestEveryFileIsOneStepNamedAfterItsTable(t *testing.T) {
	planned := map[string]bool{}
	entries, err := Load(sqlFiles, slices.Concat(Nightly, Export, Measure))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.Kind == Go {
			continue
		}
		planned[entry.File] = true
		header, err := ParseHeader(entry.SQL)
		if err != nil {
			t.Fatal(err)
		}
		if header.Name != entry.Name {
			t.Errorf("%s: header says %s", entry.File, header.Name)
		}
		if !strings.HasPrefix(header.Grain, "one row") {
			t.Errorf("%s: grain %q does not say what one row is", entry.File, header.Grain)
		}
	}
	err = fs.WalkDir(sqlFiles, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && path.Dir(name) != "engine" && !planned[name] {
			t.Errorf("%s is in no step", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStepsReadOnlyWhatIsMadeBefore(t *testing.T) {
	for _, steps := range [][]Step{Nightly, Export, Measure} {
		entries, err := Load(sqlFiles, steps)
		if err != nil {
			t.Fatal(err)
		}
		readsOnlyWhatIsMadeBefore(t, entries)
	}
}

func readsOnlyWhatIsMadeBefore(t *testing.T, entries []Entry) {
	t.Helper()
	made := map[string]bool{}
	for _, entry := range entries {
		for _, name := range entry.Reads {
			if !made[name] {
				t.Errorf("%s reads %s, which no earlier step makes", entry.Name, name)
			}
		}
		for _, name := range entry.Makes {
			made[name] = true
		}
		if (entry.Kind == File || entry.Kind == Lists) != (len(entry.Key) > 0) {
			t.Errorf("%s: a file has a sort key, and nothing else does", entry.Name)
		}
	}
}

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

func TestContractIsTheBeginningOfTheRun(t *testing.T) {
	if last := Contract[len(Contract)-1]; last.Name != "contract" {
		t.Errorf("the contract ends with %s", last.Name)
	}
}

func TestParseHeaderRefusesWhatIsNoHeader(t *testing.T) {
	for _, text := range []string{"", "select 1", "-- a: b\nselect 1", "-- a: b\n--\n-- reads: c\nselect 1"} {
		if _, err := ParseHeader(text); err == nil {
			t.Errorf("%q passes for a header", text)
		}
	}
}
