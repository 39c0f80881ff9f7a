package batch

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/plan"
	"cbv/valuation/schema"
)

// listsFolder holds the campaign lists of a run.
const listsFolder = "lists"

// lists returns the configured lists and the kind of each.
func (r *run) lists() (map[string]string, error) {
	kinds, err := config.ListKinds(r.Config.RFM.Map)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(kinds, func(_, kind string) bool { return !slices.Contains(r.Config.Lists.Include, kind) })
	return kinds, nil
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
