package proposal

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"cbv/valuation/csvfile"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/source"
)

// The fields of a converted file's metadata.
const (
	sourceField   = "cbv.source"          // path of the CSV file from the folder of the configuration
	hashField     = "cbv.source.xxh3"     // of its bytes
	readingsField = "cbv.source.readings" // how the text of each column was read, so that tomorrow's is read alike
	numberField   = "cbv.source.export"   // number of the export
	orderedField  = "cbv.source.ordered"  // when an order was made, in SQL over the columns
)

// writeCopy writes a file as the engine reads it.
func writeCopy(ctx context.Context, file csvfile.File, path string) (string, error) {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	if err := file.WriteTo(ctx, out); err != nil {
		out.Close()
		return "", err
	}
	return path, out.Close()
}

// convert writes the typed rows of CSV files to Parquet files in the staging folder, each
// with the number of its export, which follows the last one that is there. orderedAt is
// when an order was made, in SQL, "" where it is not known.
func (w workshop) convert(ctx context.Context, conversions []conversion, orderedAt string, last int64) error {
	if err := w.numberExports(ctx, conversions, orderedAt, last); err != nil {
		return err
	}
	for i := range conversions {
		c := &conversions[i]
		read, err := json.Marshal(c.table.readings())
		if err != nil {
			return err
		}
		origin, err := filepath.Rel(filepath.Dir(w.staging), mustResolve(c.file.Path))
		if err != nil {
			return err
		}
		c.path = filepath.Join(w.staging, fmt.Sprintf("converted-%d.parquet", i))
		rows := fmt.Sprintf("select *, cast(%d as bigint) as %s\nfrom (\n%s\n)", c.number, source.ExportColumn, c.table.typedItems(c.from, c.file.Columns))
		_, err = w.engine.File(ctx, "converted", rows, engine.File{Path: c.path, Metadata: map[string]string{
			sourceField: filepath.ToSlash(origin), hashField: c.file.Fingerprint, readingsField: string(read),
			numberField: strconv.FormatInt(c.number, 10), orderedField: orderedAt,
		}})
		if err != nil {
			return err
		}
		if err := os.Chmod(c.path, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// readings are how the text of each typed column was read.
func (t *table) readings() map[string]string {
	readings := map[string]string{}
	for _, c := range t.columns {
		if c.typed != nil {
			readings[c.Name] = c.typed.key()
		}
	}
	return readings
}

// mustResolve is the path of a file that was read before.
func mustResolve(path string) string {
	resolved, err := resolve(path)
	if err != nil {
		return path
	}
	return resolved
}

// key names a reading for good.
func (r reading) key() string { return r.about + ": " + r.pattern }

// place moves the converted files to their folder. A new one gets a name that is free.
func (w workshop) place(conversions []conversion) ([]Conversion, error) {
	if len(conversions) == 0 {
		return nil, nil
	}
	if err := os.MkdirAll(w.store(), 0o700); err != nil {
		return nil, err
	}
	var placed []Conversion
	for _, c := range conversions {
		if c.name == "" {
			c.name = w.freeName(c.file.Path)
		}
		target := filepath.Join(w.store(), c.name)
		if err := os.Rename(c.path, target); err != nil {
			return nil, err
		}
		placed = append(placed, Conversion{Source: c.file.Path, Parquet: target, Status: c.status, Rows: c.file.Records})
	}
	return placed, nil
}

// freeName is the name of the Parquet file of a new CSV file.
func (w workshop) freeName(path string) string {
	stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	stem = strings.Map(func(r rune) rune {
		if strings.ContainsRune("*?[]{}", r) {
			return '_' // which a glob would read
		}
		return r
	}, strings.TrimLeft(stem, "._"))
	name := stem + ".parquet"
	for n := 2; ; n++ {
		if _, err := os.Lstat(filepath.Join(w.store(), name)); err != nil {
			return name
		}
		name = fmt.Sprintf("%s-%d.parquet", stem, n)
	}
}

// refuseUnreadable returns the error of a column whose text is not what that of the
// earlier files is: the first such row of the file.
func (w workshop) refuseUnreadable(ctx context.Context, t *table, c column, r reading) error {
	found, err := numbers(ctx, w.engine, t.csvTable(0), []string{"min(rowid) filter (" + r.fails(engine.Identifier(c.Name)) + ")"})
	if err != nil {
		return err
	}
	return failure.Inputf("%s: row %d of its data: the value of %s is not among the %s that the earlier files have there: correct it, or begin anew with another --config",
		t.csv[0].Path, int64(found[0])+1, c.Name, r.about)
}

// engineType is the type of a column that a Parquet file names.
func engineType(name string) engine.Type {
	switch name {
	case "TIMESTAMP WITH TIME ZONE":
		return engine.Instant
	case "INTEGER":
		return engine.Varchar // a column that was written without a value
	}
	return engine.TypeOf(name)
}
