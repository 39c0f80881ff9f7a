package proposal

import (
	"context"
	"slices"
	"strings"

	"cbv/valuation/config"
	"cbv/valuation/csvfile"
	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
	"cbv/valuation/source"
)

// needed are the columns that the configuration reads and every converted file has.
// Without one of them a file would be adopted with nothing there, and its orders be
// quarantined, or kept where they are cancelled.
func (w workshop) needed(ctx context.Context, parquet []source.File) ([]string, error) {
	// The currency may not be set yet, and nothing is counted here.
	settings, err := config.Load(config.Sources{File: w.Config, Optional: true, Published: true, Flags: map[string]string{"value.currency": NoCurrency}})
	if err != nil {
		return nil, err
	}
	read, err := source.OrderColumns(ctx, w.engine, parquet, settings)
	return slices.DeleteFunc(read, func(name string) bool {
		return slices.ContainsFunc(parquet, func(file source.File) bool {
			return !slices.ContainsFunc(file.Columns, func(c parquetfile.Column) bool { return strings.EqualFold(c.Name, name) })
		})
	}), err
}

// refuseLacking returns the error of a file without a column that is needed.
func (w workshop) refuseLacking(file csvfile.File, needed []string) error {
	for _, name := range needed {
		if !slices.ContainsFunc(file.Columns, func(has string) bool { return strings.EqualFold(has, name) }) {
			return failure.Inputf("%s: it has no column %q, which %s reads and the converted files have: export it with the column, or move it away, if it holds no orders", file.Path, name, w.Config)
		}
	}
	return nil
}
