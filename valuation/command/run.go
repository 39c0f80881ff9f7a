package command

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/export"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/report"
	"cbv/valuation/run"
)

// runSections are what a run reads. The commands that look at what a run would do
// take the flags of all of them, so that a line can be tried with another command.
var runSections = []string{
	"out", "orders", "identities", "rates", "spend", "surveys", "people", "suppression", "value", "backtest", "suspicions", "time", "rfm", "lifecycle", "lists", "export", "targets", "audiences", "engine", "run", "log",
}

func runCommand(env Env) *cli.Command {
	var only, to string
	return onSettings(env, &cli.Command{
		Name:     "run",
		Category: valuing,
		Usage:    "value, segment and mark every customer, publish the run, and write the declared audiences",
		UsageText: `cbv run                                          # by the cbv.yaml of this folder
cbv run --orders.files 'orders/*.parquet' --orders.columns.amount 'Quantity * UnitPrice'
cbv run --config shop.yaml --wait 30m --max-age 1 --model auto --log json     # every night
cbv run --only customers --to customers.parquet  # a quick look, which publishes nothing`,
		Flags: []cli.Flag{
			&choiceFlag{&cli.StringFlag{Name: "only", Usage: "`TABLE` to make in place of a run, which publishes nothing: customers, to a file", Destination: &only}, []string{run.CustomersTable}},
			&cli.StringFlag{Name: "to", Usage: "with --only: `FILE` to write, which must not be there", Destination: &to},
		},
	}, reading{
		sections: runSections,
		common: []string{
			"out", "orders.files", "orders.columns.customer_id", "orders.columns.ordered_at", "orders.columns.amount",
			"value.currency", "value.margin_rate", "value.cac", "time.as_of", "run.strict", "run.accept", "run.max_age_days", "run.wait", "run.model", "log",
		},
	}, func(ctx context.Context, settings config.Config) error {
		switch {
		case only == "" && to == "":
			return runRun(ctx, env, settings)
		case only == "":
			return failure.Usagef("--to: a run is published below --out: leave --to out, or give --only customers with it")
		case only != run.CustomersTable:
			return failure.Usagef("--only: %q is no table that can be had alone: give --only customers", only)
		case to == "":
			return failure.Usagef("--only: name the file to write with --to, such as --to customers.parquet")
		}
		return runCustomers(ctx, env, settings, to)
	})
}

// runCustomers writes the customers alone.
func runCustomers(ctx context.Context, env Env, settings config.Config, to string) error {
	asked, err := job(env, settings)
	if err != nil {
		return err
	}
	env.messages.start()
	written, err := run.WriteCustomers(ctx, asked, to)
	env.messages.end()
	if err != nil {
		return err
	}
	report.Customers(env.Stdout, written)
	_, err = fmt.Fprintln(env.Stdout, written.File)
	return err
}

func runRun(ctx context.Context, env Env, settings config.Config) error {
	asked, err := job(env, settings)
	if err != nil {
		return err
	}
	if err := export.Check(ctx, asked); err != nil {
		return err // before hours are spent on a run whose audiences would fail
	}
	var exports []export.Result
	env.messages.start()
	result, err := run.Run(ctx, asked, func(ctx context.Context, store *publication.Store, folder string) (err error) {
		exports, err = export.All(ctx, exportJob(env, asked, store, folder))
		return err
	})
	env.messages.end()
	if result.Folder == "" {
		return err
	}
	env.messages.published(result.Folder, result.Already)
	report.Run(env.Stdout, result, settings)
	for _, each := range exports {
		if each.Folder != "" {
			env.messages.exported(each.Audience.Name, each.Folder, each.Already)
		}
		report.Export(env.Stdout, each)
	}
	if _, printed := fmt.Fprintln(env.Stdout, result.Folder); err == nil {
		err = printed
	}
	return err
}

// job is what settings ask for.
func job(env Env, settings config.Config) (pipeline.Job, error) {
	if err := pipeline.CheckAccepted(settings.Run.Accept); err != nil {
		return pipeline.Job{}, err
	}
	program, err := env.Program()
	return pipeline.Job{Config: settings, SQL: env.SQL, Program: program, Open: env.Open, Clock: env.Clock, Progress: env.messages.event}, err
}
