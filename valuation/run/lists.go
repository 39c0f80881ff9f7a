package run

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/schema"
)

// listsFolder holds the campaign lists of a run.
const listsFolder = "lists"

// listKey is the unique key by which each list is sorted.
var listKey = []string{"customer_id"}

// writeLists writes one CSV file per list, an empty list with its header alone,
// so that what picks the files up finds all of them every night. Lists name
// customers, so nobody but their owner may read them.
func (r *nightly) writeLists(ctx context.Context) error {
	lists, err := config.ListKinds(r.Config.RFM.Map)
	if err != nil {
		return err
	}
	maps.DeleteFunc(lists, func(_, kind string) bool { return !slices.Contains(r.Config.Lists.Include, kind) })
	folder := filepath.Join(r.Build, listsFolder)
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	columns := csvColumns(r.Config.Lists.Columns)
	for name, kind := range lists {
		path := filepath.Join(folder, name+".csv")
		err := r.Engine.CSV(ctx, engine.CSV{View: listStep, Kind: kind, List: name, Columns: columns, Key: listKey, Path: path})
		if err != nil {
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
