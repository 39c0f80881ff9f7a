package batch

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cbv/valuation/engine"
	"cbv/valuation/plan"
	"cbv/valuation/rfm"
	"cbv/valuation/schema"
)

// listsFolder holds the campaign lists of a run.
const listsFolder = "lists"

// lists returns the configured lists and the kind of each; sql/lists/audiences.sql
// gives customers the same.
func (r *run) lists() (map[string]string, error) {
	cells, err := rfm.Map(r.Config.RFM.Map)
	if err != nil {
		return nil, err
	}
	var segments []string
	for _, segment := range segmentsOf(cells) {
		segments = append(segments, segmentList(segment))
	}
	byKind := map[string][]string{
		"mark":      {"retain", "acquisition_lookalike", "new_onboard"},
		"lifecycle": {"lifecycle_new", "lifecycle_active", "lifecycle_cooling", "lifecycle_lapsed"},
		"segment":   segments,
		"seed":      {"seed"},
	}
	lists := map[string]string{}
	for _, kind := range r.Config.Lists.Include {
		for _, name := range byKind[kind] {
			lists[name] = kind
		}
	}
	return lists, nil
}

// segmentsOf returns the names of a map's segments, sorted.
func segmentsOf(cells []rfm.Cell) []string {
	var names []string
	for _, cell := range cells {
		names = append(names, cell.Segment)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// segmentList is the list of a segment: segment_cant_lose_them.
func segmentList(segment string) string {
	words := strings.FieldsFunc(strings.ToLower(strings.ReplaceAll(segment, "'", "")), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return "segment_" + strings.Join(words, "_")
}

// writeLists writes one CSV file per list, an empty list with its header alone,
// so that what picks the files up finds all of them every night. Lists name
// customers, so nobody but their owner may read them.
func (r *run) writeLists(ctx context.Context, entry plan.Entry) error {
	if err := r.engine.View(ctx, entry.Name, entry.SQL); err != nil {
		return err
	}
	lists, err := r.lists()
	if err != nil {
		return err
	}
	folder := filepath.Join(r.store.Build(), listsFolder)
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	columns := csvColumns(r.Config.Lists.Columns)
	for name, kind := range lists {
		path := filepath.Join(folder, name+".csv")
		if err := r.engine.CSV(ctx, entry.Name, kind, name, columns, entry.Key, path); err != nil {
			return err
		}
		if err := os.Chmod(path, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// csvColumns marks the columns whose text comes from the order files.
func csvColumns(names []string) []engine.CSVColumn {
	var columns []engine.CSVColumn
	for _, name := range names {
		columns = append(columns, engine.CSVColumn{Name: name, FreeText: schema.IsFreeText(name)})
	}
	return columns
}
