package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/parquetfile"
	"cbv/valuation/publication"
)

// Data is what a page is made of.
type Data struct {
	Manifest publication.Manifest
	Settings config.Config // what of the run's configuration its manifest has
	Minor    int64         // minor units per unit of money
	Earlier  []Earlier     // the last run of each month before, the earliest first
	figures  map[string]parquetfile.Record
	tables   map[string][]parquetfile.Record
}

// Earlier is an earlier run with its figures.
type Earlier struct {
	AsOf    string
	figures map[string]parquetfile.Record
}

// kept says which rows of a published table the page draws; nil: all of them. What is not
// here is not read: customers.parquet above all.
var kept = map[string]func(parquetfile.Record) bool{
	"kpis":               func(r parquetfile.Record) bool { return r["channel"] == nil || r["metric"] == "cac_from_spend" },
	"segments":           nil,
	"repeat_curve":       ofAll,
	"repeat_windows":     ofAll,
	"repeat_steps":       nil,
	"lenses":             func(r parquetfile.Record) bool { return r["lens"] == int64(4) || r["lens"] == int64(5) },
	"concentration":      nil,
	"backtest":           nil,
	"channels":           func(r parquetfile.Record) bool { return r["period"] == "trailing_12m" },
	"model_fit":          nil,
	"tracking":           nil,
	"rfm_cells":          nil,
	"value_distribution": nil,
	"first_orders":       nil,
	"movement":           nil,
}

func ofAll(r parquetfile.Record) bool { return r["scope"] == "all" }

// Read reads what a page says of a run: its folder, its manifest, which need not be in the
// folder yet, and earlier runs. A table that the run has not got, because an older program
// made it, is empty.
func Read(folder string, manifest publication.Manifest, earlier []publication.EarlierRun) (Data, error) {
	d := Data{Manifest: manifest, tables: map[string][]parquetfile.Record{}}
	if err := json.Unmarshal(manifest.Configuration, &d.Settings); err != nil {
		return d, fmt.Errorf("%s: its configuration: %w", folder, err)
	}
	d.Settings.Value.Currency = manifest.Currency
	var err error
	if d.Minor, err = d.Settings.Value.MinorPerUnit(); err != nil {
		return d, err
	}
	for name, keep := range kept {
		if d.tables[name], err = readTable(folder, name, keep); err != nil {
			return d, err
		}
	}
	d.figures = figuresOf(d.tables["kpis"])
	for _, run := range earlier {
		rows, err := readTable(run.Folder, "kpis", func(r parquetfile.Record) bool { return r["month"] == nil && r["channel"] == nil })
		if err != nil {
			return d, err
		}
		d.Earlier = append(d.Earlier, Earlier{AsOf: run.AsOf, figures: figuresOf(rows)})
	}
	return d, nil
}

func readTable(folder, name string, keep func(parquetfile.Record) bool) ([]parquetfile.Record, error) {
	if keep == nil {
		keep = func(parquetfile.Record) bool { return true }
	}
	rows, err := parquetfile.ReadRecords(filepath.Join(folder, name+".parquet"), keep)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return rows, err
}

// figuresOf returns the figures of the base by their names.
func figuresOf(rows []parquetfile.Record) map[string]parquetfile.Record {
	figures := map[string]parquetfile.Record{}
	for _, row := range rows {
		if row["month"] == nil {
			figures[text(row["metric"])] = row
		}
	}
	return figures
}

// where returns the rows of a table for which a column has a value.
func (d Data) where(table, column string, value any) []parquetfile.Record {
	return filter(d.tables[table], func(r parquetfile.Record) bool { return r[column] == value })
}

func filter(rows []parquetfile.Record, keep func(parquetfile.Record) bool) []parquetfile.Record {
	return slices.DeleteFunc(slices.Clone(rows), func(r parquetfile.Record) bool { return !keep(r) })
}

// figure returns the value of a figure of the base, nil where it is not known.
func (d Data) figure(metric string) *float64 { return decimal(d.figures[metric]["value"]) }

// hasModel reports whether customers have a value.
func (d Data) hasModel() bool { return d.Manifest.Model != nil }

// isDistrusted reports whether the forecasts of earlier days did not hold: what deserves
// no trust has no range.
func (d Data) isDistrusted() bool {
	trust := d.Manifest.Backtest.Trust
	return d.hasModel() && trust != nil && !*trust
}

// decimal returns a number of a record as one, nil for none.
func decimal(value any) *float64 {
	switch value := value.(type) {
	case float64:
		return &value
	case int64:
		number := float64(value)
		return &number
	}
	return nil
}

// known returns a number of a record, 0 for none.
func known(value any) float64 {
	if number := decimal(value); number != nil {
		return *number
	}
	return 0
}

// text returns a text of a record, "" for none.
func text(value any) string {
	content, _ := value.(string)
	return content
}

// dayNumber places a day on an axis.
func dayNumber(day time.Time) float64 { return float64(day.Unix() / (24 * 60 * 60)) }

// timeOf returns a day of a record.
func timeOf(value any) time.Time {
	day, _ := value.(time.Time)
	return day
}
