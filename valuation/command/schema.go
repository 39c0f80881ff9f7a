package command

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/publication"
	"cbv/valuation/schema"
)

// schemaOptions are the flags of schema.
type schemaOptions struct {
	table string // "": all
	json  bool
}

func schemaCommand(env Env) *cli.Command {
	var opt schemaOptions
	return &cli.Command{
		Name:  "schema",
		Usage: "print every published table and column with its type, unit and meaning",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "table", Usage: "this `TABLE` only", Destination: &opt.table},
			&cli.BoolFlag{Name: "json", Usage: "as the schema.json of a run has it", Destination: &opt.json},
		},
		Action: func(*cli.Context) error { return runSchema(env, opt) },
	}
}

func runSchema(env Env, opt schemaOptions) error {
	tables, err := opt.tables()
	if err != nil {
		return err
	}
	if opt.json {
		return printJSON(env.Stdout, schema.Describe(publication.SchemaVersion, tables))
	}
	for i, table := range tables {
		if i > 0 {
			fmt.Fprintln(env.Stdout)
		}
		fmt.Fprintf(env.Stdout, "%s.parquet: %s\n", table.Name, table.Grain)
		columns := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
		for _, column := range table.Columns {
			fmt.Fprintf(columns, "  %s\t%s\t%s\t%s\n", column.Name, column.Type, column.Unit, column.Meaning)
		}
		if err := columns.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func (o schemaOptions) tables() ([]schema.Table, error) {
	switch {
	case o.table == "" && o.json: // a run's own file, which knows no campaigns
		return schema.Tables, nil
	case o.table == "":
		return schema.All(), nil
	}
	name := strings.TrimSuffix(o.table, ".parquet")
	var names []string
	for _, table := range schema.All() {
		if table.Name == name {
			return []schema.Table{table}, nil
		}
		names = append(names, table.Name)
	}
	hint := "there are " + strings.Join(names, ", ")
	if nearest := config.Nearest(name, names); nearest != "" {
		hint = fmt.Sprintf("did you mean %q?", nearest)
	}
	return nil, failure.Usagef("--table: there is no table %q: %s", name, hint)
}

// printJSON writes a result as indented JSON. Numbers keep every digit.
func printJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false) // texts hold < and &
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
