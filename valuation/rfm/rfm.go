// Package rfm turns recency, frequency and monetary value into scores of 1 to
// 5 and scores into named segments. Equal values always get equal scores.
package rfm

import (
	"embed"
	"encoding/csv"
	"fmt"
	"iter"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed maps/*.csv
var mapFiles embed.FS

// Cell is one of the 125 cells of a segment map.
type Cell struct {
	R, F, M int // scores, 1 to 5
	Segment string
}

// Maps returns the names of the shipped segment maps, sorted.
func Maps() []string {
	entries, err := mapFiles.ReadDir("maps")
	if err != nil {
		panic(err) // embedded at build time
	}
	var names []string
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), ".csv"))
	}
	slices.Sort(names)
	return names
}

// Map returns the cells of a shipped map. The file has one line per (r, f) and
// one column per monetary score, most valuable first.
func Map(name string) ([]Cell, error) {
	file, err := mapFiles.Open(path.Join("maps", name+".csv"))
	if err != nil {
		return nil, fmt.Errorf("segment map %q: there are %v", name, Maps())
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("segment map %s: %w", name, err)
	}
	var cells []Cell
	for _, line := range lines[1:] {
		r, errR := strconv.Atoi(line[0])
		f, errF := strconv.Atoi(line[1])
		if errR != nil || errF != nil {
			return nil, fmt.Errorf("segment map %s: scores %q and %q are not numbers", name, line[0], line[1])
		}
		for i, segment := range line[2:] {
			cells = append(cells, Cell{R: r, F: f, M: 5 - i, Segment: segment})
		}
	}
	return cells, nil
}

// Segments returns the names of a shipped map's segments, sorted.
func Segments(name string) ([]string, error) {
	cells, err := Map(name)
	var names []string
	for _, cell := range cells {
		names = append(names, cell.Segment)
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// Cuts are the bounds between the scores.
type Cuts struct {
	// Recency holds upper bounds in days since the last purchase: at most
	// Recency[0] scores 5, at most Recency[3] scores 2, more scores 1.
	Recency [4]int64
	// Frequency holds lower bounds of purchases for the scores 1 to 5.
	Frequency [5]int64
	// Monetary holds upper bounds in minor units: at most Monetary[0] scores
	// 1, at most Monetary[3] scores 4, more scores 5.
	Monetary [4]int64
}

// All returns each bound with its name: recency_1 to 4, frequency_1 to 5, monetary_1 to 4.
func (c Cuts) All() iter.Seq2[string, int64] {
	return func(yield func(string, int64) bool) {
		for _, bounds := range []struct {
			name string
			cuts []int64
		}{{"recency", c.Recency[:]}, {"frequency", c.Frequency[:]}, {"monetary", c.Monetary[:]}} {
			for i, bound := range bounds.cuts {
				if !yield(fmt.Sprintf("%s_%d", bounds.name, i+1), bound) {
					return
				}
			}
		}
	}
}

// Scores returns the scores of a customer: days since the last purchase, purchases, and
// money brought in minor units.
func (c Cuts) Scores(days, purchases, minor int64) (r, f, m int) {
	r, f, m = 1, 1, 5
	for i, bound := range c.Recency {
		if days <= bound {
			r = 5 - i
			break
		}
	}
	for i, bound := range c.Frequency {
		if purchases >= bound {
			f = i + 1
		}
	}
	for i, bound := range c.Monetary {
		if minor <= bound {
			m = i + 1
			break
		}
	}
	return r, f, m
}
