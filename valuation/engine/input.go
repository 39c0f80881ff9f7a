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

// Identifier writes a column name so that SQL takes it to the letter.
func Identifier(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
