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

// Upper bounds of days and money belong to the score that they bound, lower bounds of
// purchases too, as rfm.sql has it.
func TestScoresAtTheBounds(t *testing.T) {
	cuts := Cuts{Recency: [4]int64{10, 20, 30, 40}, Frequency: [5]int64{1, 2, 3, 4, 6}, Monetary: [4]int64{-5, 100, 200, 300}}
	for _, c := range []struct{ days, purchases, minor, r, f, m int64 }{
		{0, 1, -5, 5, 1, 1}, {10, 2, -4, 5, 2, 2}, {11, 3, 100, 4, 3, 2}, {20, 4, 101, 4, 4, 3}, {21, 5, 200, 3, 4, 3},
		{30, 6, 201, 3, 5, 4}, {31, 60, 300, 2, 5, 4}, {40, 1, 301, 2, 1, 5}, {41, 1, 9999, 1, 1, 5},
	} {
		r, f, m := cuts.Scores(c.days, c.purchases, c.minor)
		if int64(r) != c.r || int64(f) != c.f || int64(m) != c.m {
			t.Errorf("%d days, %d purchases, %d: %d %d %d, want %d %d %d", c.days, c.purchases, c.minor, r, f, m, c.r, c.f, c.m)
		}
	}
}
