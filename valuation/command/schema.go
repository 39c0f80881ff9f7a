package command

import (
	"fmt"
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
}

func schemaCommand(env Env) *cli.Command {
	var opt schemaOptions
	return &cli.Command{
		Name:     "schema",
		Category: looking,
		Usage:    "print every published table and column with its type, unit and meaning",
		UsageText: `cbv schema
cbv schema --table customers
cbv schema --json`,
		Flags: []cli.Flag{
			&choiceFlag{&cli.StringFlag{Name: "table", Usage: "this `TABLE` only", Destination: &opt.table}, report.Tables()},
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
	return report.Write(env.Stdout, report.Schema(schema.Describe(publication.SchemaVersion, tables)), opt.json)
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
