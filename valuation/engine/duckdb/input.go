package duckdb

import (
	"context"
	"fmt"
	"strings"

	"cbv/valuation/engine"
)

// Input makes a view over Parquet files.
func (d *database) Input(ctx context.Context, in engine.Input) error {
	if len(in.Parts) == 0 {
		return d.View(ctx, in.Name, selectPart(in, engine.InputPart{Columns: in.Columns}, in.Files, "file_index"))
	}
	var parts []string
	for _, part := range in.Parts {
		var files, places []string
		for _, place := range part.Files {
			files = append(files, in.Files[place])
			places = append(places, fmt.Sprint(place))
		}
		parts = append(parts, selectPart(in, part, files, "["+strings.Join(places, ", ")+"][cast(file_index as bigint) + 1]"))
	}
	return d.View(ctx, in.Name, strings.Join(parts, "\nunion all\n"))
}

// selectPart returns the SELECT over files that give every column one type;
// fileNumber is an expression of their places in the input.
func selectPart(in engine.Input, part engine.InputPart, files []string, fileNumber string) string {
	var items []string
	for _, column := range part.Columns {
		value := "(\n" + column.Expression + "\n)"
		if column.Type != engine.Other {
			value = "cast(" + value + " as " + spelling(column.Type) + ")"
		}
		items = append(items, value+" as "+column.Name)
	}
	items = append(items, "cast("+fileNumber+" as bigint) as file_number", "file_row_number + 1 as file_row")
	from := fmt.Sprintf("read_parquet(%s, union_by_name = %t, hive_partitioning = %t, hive_types_autocast = false)", list(files), !in.Alike, in.HivePartitions)
	if len(part.Absent) > 0 {
		// A column of nulls has no type of its own, and one that is missing none at
		// all: an expression is bound as in the files that have it.
		var nulls []string
		for _, column := range part.Absent {
			value := "null"
			if typeOf(column.Spelling) != engine.Other {
				value = "cast(null as " + column.Spelling + ")"
			}
			nulls = append(nulls, value+" as "+engine.Identifier(column.Name))
		}
		from = fmt.Sprintf("(select columns(held -> not list_contains(%s, lower(held))), %s, file_index, file_row_number from %s)",
			list(foldedNames(part.Absent)), strings.Join(nulls, ", "), from)
	}
	return fmt.Sprintf("select %s\nfrom %s", strings.Join(items, ",\n"), from)
}

func foldedNames(columns []engine.Described) []string {
	var names []string
	for _, column := range columns {
		names = append(names, strings.ToLower(column.Name))
	}
	return names
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
