package report

import (
	"fmt"
	"io"
	"text/tabwriter"

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
