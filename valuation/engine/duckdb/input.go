package duckdb

import (
	"context"
	"fmt"
	"strings"

	"cbv/valuation/engine"
)

// Input makes a view over Parquet files.
func (d *database) Input(ctx context.Context, in engine.Input) error {
	var items []string
	for _, column := range in.Columns {
		value := "(\n" + column.Expression + "\n)"
		if column.Type != engine.Other {
			value = "cast(" + value + " as " + spelling(column.Type) + ")"
		}
		items = append(items, value+" as "+column.Name)
	}
	items = append(items, "cast(file_index as bigint) as file_number", "file_row_number + 1 as file_row")
	query := fmt.Sprintf("select %s\nfrom read_parquet(%s, union_by_name = true, hive_partitioning = %t, hive_types_autocast = false)",
		strings.Join(items, ",\n"), list(in.Files), in.HivePartitions)
	return d.View(ctx, in.Name, query)
}

// ReadCSV makes a table of the rows of a CSV file. Nothing of the file is guessed: the
// guesses of DuckDB skip lines and rename columns.
func (d *database) ReadCSV(ctx context.Context, name string, file engine.CSVFile) (int64, error) {
	var columns []string
	for _, column := range file.Columns {
		columns = append(columns, engine.Identifier(column)+": 'varchar'")
	}
	return d.Table(ctx, name, fmt.Sprintf("select * from read_csv(%s, auto_detect = false, columns = {%s}, header = true, skip = %d, delim = %s,\n"+
		"quote = '\"', escape = '\"', comment = '', nullstr = '', allow_quoted_nulls = true, null_padding = false, strict_mode = true, ignore_errors = false)",
		engine.Quote(file.Path), strings.Join(columns, ", "), file.SkipLines, engine.Quote(string(file.Delimiter))))
}

// FirstUnread returns the first row, counted from 1, of the one file of an input
// of so many rows whose columns cannot be computed, 0 where the reason is none of
// a value. It reads the file some twenty times and reports nothing of what is in it.
func (d *database) FirstUnread(ctx context.Context, in engine.Input, rows int64) (int64, error) {
	if err := d.Input(ctx, in); err != nil {
		return 0, err
	}
	var hashes []string // which have to see every value
	for _, column := range in.Columns {
		hashes = append(hashes, "max(hash("+column.Name+"))")
	}
	fails := func(from, to int64) (bool, error) {
		query := fmt.Sprintf("select %s from %s where file_row between %d and %d", strings.Join(hashes, ", "), in.Name, from, to)
		var err error
		for _, failed := range d.query(ctx, in.Name, query, len(hashes)) {
			err = failed
		}
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		return engine.IsDataError(err), nil
	}
	if any, err := fails(1, rows); err != nil || !any {
		return 0, err
	}
	from, to := int64(1), rows
	for from < to {
		middle := from + (to-from)/2
		before, err := fails(from, middle)
		if err != nil {
			return 0, err
		}
		if before {
			to = middle
		} else {
			from = middle + 1
		}
	}
	return from, nil
}
