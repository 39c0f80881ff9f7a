package proposal

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"cbv/valuation/csvfile"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
	"cbv/valuation/source"
)

// stored is a converted file that is there.
type stored struct {
	name        string
	origin      string // path of the CSV file
	fingerprint string
	readings    map[string]string
	number      int64  // of the export, 0 where an earlier init gave none
	orderedAt   string // when an order was made, in SQL; "" where an earlier init did not say
}

// Refresh converts the CSV files that are new or changed since init, as the others were
// read. Without files it looks into the folders of those that were converted before.
func Refresh(ctx context.Context, job Job) (conversions []Conversion, err error) {
	parquet, err := source.Find(ctx, "orders", []string{filepath.Join(job.store(), "*.parquet")}, false)
	if err != nil {
		return nil, failure.Usagef("%s has no converted files: init --refresh is for CSV files that cbv init has converted, and Parquet files need none", job.store())
	}
	for i := range parquet {
		parquet[i].Columns = slices.DeleteFunc(parquet[i].Columns, func(c parquetfile.Column) bool { return c.Name == source.ExportColumn }) // which no CSV file has
	}
	var known []stored
	var needed []string
	err = job.inWorkshop(ctx, source.Resolved(parquet), func(w workshop) error {
		if known, err = w.known(ctx, parquet); err != nil {
			return err
		}
		needed, err = w.needed(ctx, parquet)
		return err
	})
	if err != nil {
		return nil, err
	}
	paths, err := job.candidates(known)
	if err != nil {
		return nil, err
	}
	err = job.inWorkshop(ctx, paths, func(w workshop) error {
		conversions, err = w.refresh(ctx, paths, parquet, known, needed)
		return err
	})
	return conversions, err
}

// known reads where the converted files come from.
func (w workshop) known(ctx context.Context, files []source.File) ([]stored, error) {
	var known []stored
	for _, file := range files {
		query := "select decode(key) as field, decode(value) as value from parquet_kv_metadata(" + engine.Quote(file.Resolved) + ")"
		if err := w.engine.View(ctx, "proposal_metadata", query); err != nil {
			return nil, err
		}
		s := stored{name: filepath.Base(file.Path), readings: map[string]string{}}
		for row, err := range w.engine.Rows(ctx, "proposal_metadata", []string{"field", "value"}) {
			if err != nil {
				return nil, err
			}
			switch value := row[1].(string); row[0].(string) {
			case sourceField:
				s.origin = filepath.Join(filepath.Dir(w.Config), filepath.FromSlash(value))
			case hashField:
				s.fingerprint = value
			case numberField:
				if s.number, err = strconv.ParseInt(value, 10, 64); err != nil {
					return nil, damaged(file)
				}
			case orderedField:
				s.orderedAt = value
			case readingsField:
				if err := json.Unmarshal([]byte(value), &s.readings); err != nil {
					return nil, damaged(file)
				}
			}
		}
		if s.origin != "" {
			known = append(known, s)
		}
	}
	if len(known) == 0 {
		return nil, failure.Usagef("%s has no files that cbv init has converted", w.store())
	}
	return known, nil
}

// damaged is the error of a converted file whose metadata is not what init writes.
func damaged(file source.File) error {
	return failure.Inputf("%s: its metadata is damaged: remove it, and run cbv init --refresh again", file.Path)
}

// refresh converts what is new or changed, and places it once all of it is sound.
func (w workshop) refresh(ctx context.Context, paths []string, parquet []source.File, known []stored, needed []string) ([]Conversion, error) {
	var results []Conversion
	var work []conversion
	for _, path := range paths {
		at := slices.IndexFunc(known, func(s stored) bool { return mustResolve(s.origin) == mustResolve(path) })
		file, err := inspect(ctx, path)
		isStray := at < 0 && len(w.Files) == 0 // it only lies in the same folder
		if errors.Is(err, csvfile.ErrNotCSV) && isStray && isNote(path) {
			continue
		}
		if errors.Is(err, csvfile.ErrNotCSV) && isStray {
			return nil, failure.Inputf("%w; or move it away, if it holds no orders", err)
		}
		if errors.Is(err, csvfile.ErrNotCSV) {
			return nil, failure.Inputf("%w", err)
		}
		if err != nil {
			return nil, err
		}
		isCopy := slices.ContainsFunc(known, func(s stored) bool { return s.fingerprint == file.Fingerprint }) ||
			slices.ContainsFunc(work, func(c conversion) bool { return c.file.Fingerprint == file.Fingerprint })
		c := conversion{file: file, status: New}
		switch {
		case at >= 0 && known[at].fingerprint == file.Fingerprint:
			results = append(results, Conversion{Source: path, Parquet: known[at].name, Status: Unchanged, Rows: file.Records})
			continue
		case isCopy:
			results = append(results, Conversion{Source: path, Status: Copy, Rows: file.Records})
			continue
		case at >= 0:
			c.status, c.name = Changed, known[at].name
		case !hasColumns(file.Columns, parquet[0]):
			results = append(results, Conversion{Source: path, Status: Other, Rows: file.Records})
			continue
		}
		if err := w.refuseLacking(file, needed); err != nil {
			return nil, err
		}
		work = append(work, c)
	}
	for _, s := range known {
		if _, err := resolve(s.origin); err != nil {
			results = append(results, Conversion{Source: s.origin, Parquet: filepath.Join(w.store(), s.name), Status: Gone})
		}
	}
	for i := range work {
		if err := w.loadAlike(ctx, &work[i], i, parquet, known); err != nil {
			return nil, err
		}
	}
	newest := slices.MaxFunc(known, func(a, b stored) int { return cmp.Compare(a.number, b.number) })
	if err := w.convert(ctx, work, newest.orderedAt, newest.number); err != nil {
		return nil, err
	}
	placed, err := w.place(work)
	return append(placed, results...), err
}

// isNote reports whether a file may be anything by its name, such as a readme.txt. One
// that is called a table and cannot be read may be a night that was copied by half: to
// pass over it would value yesterday's orders.
func isNote(path string) bool { return strings.EqualFold(filepath.Ext(path), ".txt") }

// candidates are the CSV files to look at.
func (j Job) candidates(known []stored) ([]string, error) {
	patterns := j.Files
	if len(patterns) == 0 {
		for _, s := range known {
			patterns = append(patterns, filepath.Join(filepath.Dir(s.origin), "*"))
		}
	}
	slices.Sort(patterns)
	var paths []string
	for _, pattern := range slices.Compact(patterns) {
		_, csv, err := source.Tables(pattern)
		if err != nil && len(j.Files) > 0 {
			return nil, err
		}
		paths = append(paths, csv...)
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

// hasColumns reports whether a CSV file has columns like those of a converted one.
func hasColumns(columns []string, like source.File) bool {
	common := 0
	for _, c := range like.Columns {
		if slices.ContainsFunc(columns, func(name string) bool { return strings.EqualFold(name, c.Name) }) {
			common++
		}
	}
	return float64(common) >= leastAlike*float64(max(len(columns), len(like.Columns)))
}

// loadAlike loads a file, the next of so many, as the others were: each column is read in
// the same way and has the same type.
func (w workshop) loadAlike(ctx context.Context, c *conversion, next int, parquet []source.File, known []stored) error {
	t := &table{csv: []csvfile.File{c.file}, name: fmt.Sprintf("refreshed_%d", next)}
	t.add(c.file.Columns)
	if err := readCSV(ctx, w.engine, t.csvTable(0), c.file, w.staging); err != nil {
		return err
	}
	for _, file := range parquet {
		for _, column := range file.Columns {
			t.add([]string{column.Name})
			t.find(column.Name).Type = engineType(column.Type)
		}
	}
	for i := range t.columns {
		column := &t.columns[i]
		if column.Type == engine.Other {
			column.Type = engine.Varchar // new: nothing reads it
		}
		if column.Type == engine.Varchar || !slices.Contains(c.file.Columns, column.Name) {
			continue
		}
		if err := w.readAlike(ctx, t, column, known); err != nil {
			return err
		}
	}
	c.table, c.from = t, t.csvTable(0)
	return nil
}

// readAlike finds the way in which a column of the earlier files was read that reads
// this one, too.
func (w workshop) readAlike(ctx context.Context, t *table, c *column, known []stored) error {
	var first *reading
	for _, s := range known {
		at := slices.IndexFunc(allReadings, func(r reading) bool { return r.key() == s.readings[c.Name] })
		if at < 0 {
			continue
		}
		ways := []reading{allReadings[at]}
		if ways[0].Type == engine.Bigint || ways[0].Type == engine.Double {
			// A file may be the first with a fraction or a thousand.
			for _, r := range numberReadings {
				if r.decimal == "" || ways[0].decimal == "" || r.decimal == ways[0].decimal {
					ways = append(ways, r)
				}
			}
		}
		if first == nil {
			first = &ways[0]
		}
		for _, r := range ways {
			unread, err := numbers(ctx, w.engine, t.csvTable(0), []string{"count(*) filter (" + r.fails(engine.Identifier(c.Name)) + ")"})
			if err != nil {
				return err
			}
			if unread[0] == 0 {
				c.typed = &r
				if c.Type == engine.Bigint && r.Type == engine.Double {
					c.Type = engine.Double
				}
				return nil
			}
		}
	}
	if first == nil {
		c.Type = engine.Varchar
		return nil
	}
	return w.refuseUnreadable(ctx, t, *c, *first)
}
