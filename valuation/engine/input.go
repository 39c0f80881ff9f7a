package engine

import (
	"context"
	"fmt"
	"strings"
)

// Input is a view over Parquet files that gives every row of them under the
// column names the SQL files expect.
type Input struct {
	Name           string
	Files          []string // resolved paths
	HivePartitions bool     // key=value folders become text columns
	Columns        []InputColumn
}

// InputColumn is one column of an input: an expression over the files'
// columns, cast to a type.
type InputColumn struct {
	Name       string
	Expression string
	Type       string // "": as the expression gives it
}

// Input makes the view. Beside its columns it has file_number (the place
// in Files, from 0) and file_row (counted from 1 within the file). Matching is by column name over
// all files; a column that a file lacks is null there.
func (e *Engine) Input(ctx context.Context, in Input) error {
	var items []string
	for _, column := range in.Columns {
		value := "(\n" + column.Expression + "\n)"
		if column.Type != "" {
			value = "cast(" + value + " as " + column.Type + ")"
		}
		items = append(items, value+" as "+column.Name)
	}
	items = append(items, "cast(file_index as bigint) as file_number", "file_row_number + 1 as file_row")
	query := fmt.Sprintf("select %s\nfrom read_parquet(%s, union_by_name = true, hive_partitioning = %t, hive_types_autocast = false)",
		strings.Join(items, ",\n"), list(in.Files), in.HivePartitions)
	return e.View(ctx, in.Name, query)
}

// FirstUnread returns the first row, counted from 1, of the one file of an input
// of so many rows whose columns cannot be computed, 0 where the reason is none of
// a value. It reads the file some twenty times and tells nothing of what is in it.
func (e *Engine) FirstUnread(ctx context.Context, in Input, rows int64) (int64, error) {
	if err := e.Input(ctx, in); err != nil {
		return 0, err
	}
	hashes := make([]string, len(in.Columns))
	for i, column := range in.Columns {
		hashes[i] = "coalesce(max(hash(" + column.Name + ")), 0)" // which has to see every value
	}
	found := make([]uint64, len(hashes))
	values := make([]any, len(found))
	for i := range found {
		values[i] = &found[i]
	}
	fails := func(from, to int64) (bool, error) {
		err := e.Scan(ctx, fmt.Sprintf("%s where file_row between %d and %d", in.Name, from, to), hashes, values...)
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		return IsDataError(err), nil
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

// Identifier writes a column name so that SQL takes it to the letter.
func Identifier(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
