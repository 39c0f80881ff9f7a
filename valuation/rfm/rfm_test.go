package rfm

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// reference names the widely published map and the one derived from it.
var reference = map[string]string{"default": "rfm_map_default.csv", "published": "rfm_map_125.csv"}

func TestShippedMapsAreTotalAndUnambiguous(t *testing.T) {
	for _, name := range Maps() {
		cells, err := Map(name)
		if err != nil {
			t.Fatal(err)
		}
		segments := map[[3]int]string{}
		names := map[string]bool{}
		for _, cell := range cells {
			at := [3]int{cell.R, cell.F, cell.M}
			for _, score := range at {
				if score < 1 || score > 5 {
					t.Errorf("%s: %v has a score outside 1 to 5", name, at)
				}
			}
			if other, twice := segments[at]; twice {
				t.Errorf("%s: %v is both %q and %q", name, at, other, cell.Segment)
			}
			if cell.Segment == "" {
				t.Errorf("%s: %v has no name", name, at)
			}
			segments[at] = cell.Segment
			names[cell.Segment] = true
		}
		if len(segments) != 125 {
			t.Errorf("%s: covers %d of 125 cells", name, len(segments))
		}
		if len(names) != 11 {
			t.Errorf("%s: reaches %d names, want 11", name, len(names))
		}
	}
}

func TestShippedMapsEqualTheReference(t *testing.T) {
	for name, file := range reference {
		lines := readReference(t, file)
		cells, err := Map(name)
		if err != nil {
			t.Fatal(err)
		}
		got := map[[3]int]string{}
		for _, cell := range cells {
			got[[3]int{cell.R, cell.F, cell.M}] = cell.Segment
		}
		for _, line := range lines[1:] {
			var at [3]int
			for i := range at {
				at[i], _ = strconv.Atoi(line[i])
			}
			if got[at] != line[3] {
				t.Errorf("%s %v: %q, want %q", name, at, got[at], line[3])
			}
		}
	}
}

func readReference(t *testing.T, file string) [][]string {
	t.Helper()
	path := filepath.Join("../../fixtures/reference", file)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil || len(lines) != 126 {
		t.Fatalf("%s: %d lines, %v", path, len(lines), err)
	}
	return lines
}
