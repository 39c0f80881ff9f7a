package proposal

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"cbv/valuation/csvfile"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/source"
)

// table is one table that lies in several files of like columns.
type table struct {
	parquet []source.File  // either these
	csv     []csvfile.File // or these
	copies  []string       // CSV files with the bytes of another
	name    string         // of its view in the engine
	columns []column
	rows    int64
}

// paths are the files of a table.
func (t *table) paths() []string {
	var paths []string
	for _, file := range t.parquet {
		paths = append(paths, file.Path)
	}
	for _, file := range t.csv {
		paths = append(paths, file.Path)
	}
	return paths
}

// find expands patterns and returns the tables that the files hold.
func find(ctx context.Context, patterns []string) ([]*table, error) {
	var parquet, csv []string
	for _, pattern := range patterns {
		p, c, err := source.Tables(pattern)
		if err != nil {
			return nil, err
		}
		parquet, csv = append(parquet, p...), append(csv, c...)
	}
	var tables []*table
	if len(parquet) > 0 {
		files, err := source.Find(ctx, "orders", parquet, false)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			var names []string
			for _, c := range file.Columns {
				names = append(names, c.Name)
			}
			t := tableLike(&tables, names, func(t *table) bool { return len(t.parquet) > 0 })
			t.parquet = append(t.parquet, file)
			t.rows += file.Rows
		}
	}
	slices.Sort(csv)
	for _, path := range slices.Compact(csv) {
		file, err := inspect(ctx, path)
		if errors.Is(err, csvfile.ErrNotCSV) {
			return nil, failure.Inputf("%w", err)
		}
		if err != nil {
			return nil, err
		}
		t := tableLike(&tables, file.Columns, func(t *table) bool { return len(t.csv) > 0 })
		if slices.ContainsFunc(t.csv, func(other csvfile.File) bool { return other.Fingerprint == file.Fingerprint }) {
			t.copies = append(t.copies, path)
			continue
		}
		t.csv = append(t.csv, file)
		t.rows += file.Records
	}
	for i, t := range tables {
		t.name = fmt.Sprintf("table_%d", i)
	}
	return tables, nil
}

// inspect looks at a CSV file, which may not have the column that init adds.
func inspect(ctx context.Context, path string) (csvfile.File, error) {
	file, err := csvfile.Inspect(ctx, path)
	if err == nil && slices.ContainsFunc(file.Columns, func(name string) bool { return strings.EqualFold(name, source.ExportColumn) }) {
		return csvfile.File{}, fmt.Errorf("%s: %w: its column %s has the name of the one that init adds: rename it, or leave it out", path, csvfile.ErrNotCSV, source.ExportColumn)
	}
	return file, err
}

// leastAlike is the share of columns that two files of one table have in common.
const leastAlike = 0.7

// tableLike returns the table that a file with such columns belongs to, which may be a
// new one, and adds the columns that the table lacks.
func tableLike(tables *[]*table, names []string, isOfKind func(*table) bool) *table {
	for _, t := range *tables {
		common := 0
		for _, name := range names {
			if t.find(name) != nil {
				common++
			}
		}
		if isOfKind(t) && float64(common) >= leastAlike*float64(max(len(names), len(t.columns))) {
			t.add(names)
			return t
		}
	}
	t := &table{}
	t.add(names)
	*tables = append(*tables, t)
	return t
}

func (t *table) add(names []string) {
	for _, name := range names {
		if t.find(name) == nil {
			t.columns = append(t.columns, column{Name: name})
		}
	}
}

// find returns the column of a name, which SQL knows in whatever case.
func (t *table) find(name string) *column {
	for i := range t.columns {
		if strings.EqualFold(t.columns[i].Name, name) {
			return &t.columns[i]
		}
	}
	return nil
}

// load makes the view of a table's rows and measures its columns. A CSV file that the
// engine cannot read as it is is read from a copy in the folder spill.
func (t *table) load(ctx context.Context, e engine.Engine, spill string) error {
	load := t.loadParquet
	sign := "."
	if len(t.csv) > 0 {
		load = func(ctx context.Context, e engine.Engine) error { return t.loadCSV(ctx, e, spill) }
		if t.csv[0].Delimiter == ';' {
			sign = "," // where the comma does not separate values, it separates the fraction
		}
	}
	if err := load(ctx, e); err != nil {
		return err
	}
	if err := findReadings(ctx, e, t.name, t.columns, sign); err != nil {
		return err
	}
	if len(t.csv) > 0 {
		if err := t.typeColumns(ctx, e); err != nil {
			return err
		}
	}
	return measure(ctx, e, t.name, t.columns)
}

func (t *table) loadParquet(ctx context.Context, e engine.Engine) error {
	input := engine.Input{Name: t.name, Files: source.Resolved(t.parquet)}
	for _, c := range t.columns {
		input.Columns = append(input.Columns, engine.InputColumn{Name: engine.Identifier(c.Name), Expression: engine.Identifier(c.Name)})
	}
	if err := e.Input(ctx, input); err != nil {
		return failure.Inputf("%s: %w", strings.Join(t.paths(), ", "), err)
	}
	described, err := e.Describe(ctx, t.name)
	if err != nil {
		return err
	}
	for _, d := range described {
		if c := t.find(d.Name); c != nil {
			c.Type = d.Type
		}
	}
	return nil
}

// csvTable is the table of the text of a CSV file.
func (t *table) csvTable(file int) string { return fmt.Sprintf("%s_file_%d", t.name, file) }

// loadCSV reads the files as text, each into its own table, since each becomes a
// Parquet file.
func (t *table) loadCSV(ctx context.Context, e engine.Engine, spill string) error {
	var parts []string
	for i, file := range t.csv {
		if err := readCSV(ctx, e, t.csvTable(i), file, spill); err != nil {
			return err
		}
		parts = append(parts, "select * from "+t.csvTable(i))
	}
	for i := range t.columns {
		t.columns[i].Type = engine.Varchar
	}
	return e.View(ctx, t.name, strings.Join(parts, "\nunion all by name\n"))
}

// readCSV makes a table of a file's text and verifies that every line is in it.
func readCSV(ctx context.Context, e engine.Engine, name string, file csvfile.File, spill string) error {
	path, err := filepath.Abs(file.Path)
	if err != nil {
		return err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return failure.Inputf("%w", err)
	}
	skip := file.SkipLines
	if !file.IsPlain {
		path, err = writeCopy(ctx, file, filepath.Join(spill, name+".csv"))
		if err != nil {
			return err
		}
	}
	rows, err := e.ReadCSV(ctx, name, engine.CSVFile{Path: path, Delimiter: file.Delimiter, SkipLines: skip, Columns: file.Columns})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		// The engine's words hold the line itself, and it is about people.
		return failure.Inputf("%s: the engine cannot read it, although its lines look sound: save it again as CSV in UTF-8", file.Path)
	}
	if rows != file.Records {
		return failure.Inputf("%s: it has %d lines of data and %d were read: save it again as CSV in UTF-8", file.Path, file.Records, rows)
	}
	return nil
}

// typeColumns makes the view of a CSV table one of typed columns: every column all of
// whose texts can be read is typed, and one with a text that cannot stays text.
func (t *table) typeColumns(ctx context.Context, e engine.Engine) error {
	for i := range t.columns {
		if c := &t.columns[i]; c.asText != nil && c.unread == 0 {
			c.typed = c.asText
			c.Type, c.asText = c.typed.Type, nil
			if c.Type == engine.Bigint && isMoneyName(c.Name) {
				c.Type = engine.Double // tomorrow's amounts may have cents
			}
		}
	}
	return t.viewTyped(ctx, e)
}

// viewTyped makes the view of the typed rows of all files.
func (t *table) viewTyped(ctx context.Context, e engine.Engine) error {
	var parts []string
	for i, file := range t.csv {
		parts = append(parts, t.typedItems(t.csvTable(i), file.Columns))
	}
	return e.View(ctx, t.name, strings.Join(parts, "\nunion all\n"))
}

// typedItems is a SELECT of all columns, typed, from a file's text, which may lack some.
func (t *table) typedItems(from string, has []string) string {
	var items []string
	for _, c := range t.columns {
		name := engine.Identifier(c.Name)
		value := "null"
		switch {
		case !slices.ContainsFunc(has, func(other string) bool { return strings.EqualFold(other, c.Name) }):
		case c.typed != nil:
			value = c.typed.of(name)
		default:
			value = name
		}
		items = append(items, "cast("+value+" as "+spelling(c.Type)+") as "+name)
	}
	return "select " + strings.Join(items, ",\n") + "\nfrom " + from
}

// spelling is SQL's word for a type.
func spelling(t engine.Type) string {
	if t == engine.Instant {
		return "timestamp with time zone"
	}
	return string(t)
}
