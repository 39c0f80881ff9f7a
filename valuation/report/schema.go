package report

import (
	"fmt"
	"io"
	"path"
	"strings"
	"text/tabwriter"

	"cbv/valuation/engine"
	"cbv/valuation/schema"
)

// Schema is the published tables with their columns: schema.json.
type Schema schema.Document

// Text writes each table with its columns.
func (s Schema) Text(out io.Writer) error {
	for i, table := range s.Tables {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "%s.parquet: %s\n", table.Name, table.Grain)
		columns := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, column := range table.Columns {
			fmt.Fprintf(columns, "  %s\t%s\t%s\t%s\n", column.Name, column.Type, column.Unit, column.Meaning)
		}
		if err := columns.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// Views returns DuckDB's views of tables of runs: a row for each day that has a run, which
// as_of names.
func Views(out string, tables []schema.Table) string {
	var text strings.Builder
	for _, table := range tables {
		fmt.Fprintf(&text, "-- %s, and as_of\ncreate or replace view %s as\nselect * from read_parquet(%s, union_by_name = true);\n",
			table.Grain, table.Name, engine.Quote(path.Join(out, "2*", table.Name+".parquet")))
	}
	return text.String()
}
