package command

import (
	"context"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/export"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/report"
	"cbv/valuation/run"
)

func planCommand(env Env) *cli.Command {
	var asJSON bool
	return onSettings(env, &cli.Command{
		Name:     "plan",
		Category: looking,
		Usage:    "print what a run would read and make, and write nothing",
		UsageText: `cbv plan
cbv plan --orders.files 'orders/*.parquet'
cbv plan --json | jq '.steps[] | select(.kind == "file") | .name'`,
		Flags: []cli.Flag{jsonFlag(&asJSON)},
	}, reading{
		sections: []string{"out", "orders", "identities", "rates", "spend", "surveys", "log"},
		accepted: runSections,
		common:   []string{"out", "orders.files", "identities.files", "rates.files", "spend.files", "surveys.files"},
	}, func(ctx context.Context, settings config.Config) error { return runPlan(ctx, env, settings, asJSON) })
}

func runPlan(ctx context.Context, env Env, settings config.Config, asJSON bool) error {
	inputs, err := intake.Find(ctx, settings)
	if err != nil {
		return err
	}
	steps, err := pipeline.Load(env.SQL, run.Nightly)
	if err != nil {
		return err
	}
	exportSteps, err := pipeline.Load(env.SQL, export.Steps)
	if err != nil {
		return err
	}
	return report.Write(env.Stdout, report.NewPlan(settings, inputs, steps, exportSteps), asJSON)
}
