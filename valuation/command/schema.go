package command

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/publication"
	"cbv/valuation/report"
	"cbv/valuation/schema"
)

// schemaOptions are the flags of schema.
type schemaOptions struct {
	table string // "": all
	json  bool
	view  bool
	out   string // of the view
}

func schemaCommand(env Env) *cli.Command {
	var opt schemaOptions
	return &cli.Command{
		Name:     "schema",
		Category: looking,
		Usage:    "print every published table and column with its type, unit and meaning",
		UsageText: `cbv schema
cbv schema --table customers
cbv schema --json
cbv schema --view --table customers | duckdb shop.duckdb`,
		Flags: []cli.Flag{
			&choiceFlag{&cli.StringFlag{Name: "table", Usage: "this `TABLE` only", Destination: &opt.table}, report.Tables()},
			&cli.BoolFlag{Name: "json", Usage: "as the schema.json of a run has it", Destination: &opt.json},
			&cli.BoolFlag{Name: "view", Usage: "as views of DuckDB over all runs, for a dashboard to read", Destination: &opt.view},
			&cli.StringFlag{Name: "out", Usage: "of the views: the `FOLDER` that holds the runs", Value: config.Default().Out, Destination: &opt.out},
		},
		Action: func(*cli.Context) error { return runSchema(env, opt) },
	}
}

func runSchema(env Env, opt schemaOptions) error {
	tables, err := opt.tables()
	if err != nil {
		return err
	}
	if opt.view {
		_, err := io.WriteString(env.Stdout, report.Views(opt.out, slices.DeleteFunc(slices.Clone(tables), func(t schema.Table) bool { return !schema.IsOfRun(t.Name) })))
		return err
	}
	return report.Write(env.Stdout, report.Schema(schema.Describe(publication.SchemaVersion, tables)), opt.json)
}

func (o schemaOptions) tables() ([]schema.Table, error) {
	switch {
	case o.view && o.json:
		return nil, failure.Usagef("schema: views are SQL, and no JSON: leave --view or --json out")
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
